/** An array of C strings, as execve(2) takes its arguments and variables. */
export interface CStrings {
  /** The addresses of the strings, with a null pointer at the end. */
  readonly addresses: BigUint64Array;
  /** Overwrites the strings: variables are secrets. */
  wipe(): void;
}

/** A C string. */
export function cString(text: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(text.length + 1);
  bytes.set(text);
  return bytes;
}

/** @param texts without zero bytes, in any encoding */
export function cStrings(texts: readonly Uint8Array[]): CStrings {
  const { ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const strings = texts.map(cString);
  return {
    addresses: new BigUint64Array([...strings.map((string) => BigInt(ptr(string))), 0n]),
    // Also keeps the strings alive until then.
    wipe: () => {
      for (const string of strings) string.fill(0);
    },
  };
}
