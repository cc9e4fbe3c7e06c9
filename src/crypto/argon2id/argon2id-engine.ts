/** Inputs of Argon2id (RFC 9106). Parallelism is always 1, as in libsodium. */
export interface Argon2idParameters {
  /** The secret input, raw bytes. */
  readonly password: Uint8Array;
  /** 16 raw bytes. */
  readonly salt: Uint8Array;
  /** Passes over the memory: RFC 9106's t, libsodium's opslimit. */
  readonly passes: number;
  /** KiB of memory: RFC 9106's m. */
  readonly memoryKib: number;
  /** Length of the result in bytes. */
  readonly length: number;
}

/** An implementation of Argon2id. All give the same bytes; they differ in speed and in where they run. */
export interface Argon2idEngine {
  readonly name: "addon" | "runtime" | "javascript";
  /** @returns `undefined` when this implementation does not work on this machine */
  derive(parameters: Argon2idParameters): Uint8Array | undefined;
}
