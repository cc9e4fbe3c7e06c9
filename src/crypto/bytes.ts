import { timingSafeEqual } from "./runtime-crypto.ts";

/**
 * Checks the length of an input. Wrong lengths are defects of the caller: data from a file is checked when it is parsed.
 * @throws RangeError
 */
export function expectLength(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new RangeError(`${what}: expected ${length} bytes, got ${bytes.length}`);
}

/**
 * A new array of zeros, for bytes that will be overwritten. The engine keeps a small array in its own heap and, when
 * `buffer` or `subarray` is first used, copies it out without overwriting the original. It does not do so with an array
 * that is created on a buffer (JavaScriptCore, `JSArrayBufferView::slowDownAndWasteMemory`).
 */
export function newBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** Joins byte strings into a new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = newBytes(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Compares byte strings in constant time, for secrets. Their lengths are not secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Overwrites key material with zeros. Copies that the JavaScript engine made cannot be reached. */
export function wipe(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}

/**
 * Copies bytes that a library returned, from index `start` to before `end`, and overwrites all of the library's. It copies
 * one by one, since `subarray` would leave a copy behind (see {@link newBytes}).
 */
export function takeBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const copy = newBytes(end - start);
  for (let at = start; at < end; at++) copy[at - start] = bytes[at] as number;
  wipe(bytes);
  return copy;
}

/** Up to 512 bytes, Bun takes random bytes from a buffer of its own, and does not overwrite them there. */
const UNBUFFERED = 1024;

/** Random bytes from the system's random source. */
export function randomBytes(length: number): Uint8Array {
  if (length > UNBUFFERED) return crypto.getRandomValues(newBytes(length));
  const drawn = crypto.getRandomValues(newBytes(UNBUFFERED));
  return takeBytes(drawn, 0, length);
}
