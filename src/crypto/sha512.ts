/**
 * SHA-512 (FIPS 180-4), from the runtime: in a process too short for the JIT it takes a tenth of noble's time.
 * @returns 64 raw bytes
 */
export function sha512(input: Uint8Array): Uint8Array {
  return Bun.SHA512.hash(input) as Uint8Array;
}
