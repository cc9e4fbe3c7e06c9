/** What Argon2id (RFC 9106) is asked for; parallelism is always 1, as libsodium has it. */
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

/** One implementation of Argon2id. All give the same bytes; they differ in speed and in where they run. */
export interface Argon2id {
  readonly name: "addon" | "runtime" | "javascript";
  /** @returns `undefined` when this implementation does not work on this machine */
  derive(parameters: Argon2idParameters): Uint8Array | undefined;
}

/** Fastest first. Each is loaded only when it is asked: none belongs to the start of a command. */
const implementations: readonly (() => Argon2id)[] = [
  () => (require("./argon2id-addon.ts") as typeof import("./argon2id-addon.ts")).argon2idAddon,
  () => (require("./argon2id-runtime.ts") as typeof import("./argon2id-runtime.ts")).argon2idRuntime,
  () => (require("./argon2id-noble.ts") as typeof import("./argon2id-noble.ts")).argon2idNoble,
];

/**
 * Argon2id (RFC 9106, version 0x13) by the fastest implementation that works here.
 * @returns `length` raw bytes
 */
export function argon2id(parameters: Argon2idParameters): Uint8Array {
  for (const load of implementations) {
    const derived = load().derive(parameters);
    if (derived) return derived;
  }
  throw new Error("no Argon2id implementation works on this machine");
}
