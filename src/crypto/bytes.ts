/** Byte strings one after another, as one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares in a time that tells nothing of where two byte strings differ; their lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && crypto.timingSafeEqual(a, b);
}

/** Overwrites key material with zeros. Copies that the engine made on its own are out of reach. */
export function wipe(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}

/** Bytes that a library handed out, as an array of our own; the library's are overwritten. */
export function takeBytes(bytes: Uint8Array): Uint8Array {
  const moved = new Uint8Array(bytes);
  wipe(bytes);
  return moved;
}

/** `length` bytes from the system's random source. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
