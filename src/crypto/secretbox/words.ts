/** Reads little-endian words of 32 bits. @param bytes four for each word, from index `at` */
export function readWords(
  bytes: Uint8Array,
  at: number,
  words: Int32Array,
  from: number,
  count: number,
): void {
  for (let index = 0; index < count; index++) {
    const start = at + 4 * index;
    words[from + index] =
      (bytes[start] as number) |
      ((bytes[start + 1] as number) << 8) |
      ((bytes[start + 2] as number) << 16) |
      ((bytes[start + 3] as number) << 24);
  }
}

/** Writes a little-endian word of 32 bits. */
export function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word;
  bytes[at + 1] = word >>> 8;
  bytes[at + 2] = word >>> 16;
  bytes[at + 3] = word >>> 24;
}
