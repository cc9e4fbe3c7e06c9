const BLOCK_BYTES = 128;
const ROUNDS = 12;

/** The initial state (RFC 7693 §2.6): each word of 64 bits as its low and its high half. */
const IV = new Int32Array([
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a, 0xade682d1,
  0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
]);

/** The order of a round's words (RFC 7693 §2.7). */
const SIGMA: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/**
 * BLAKE2b (RFC 7693) of at most one block, without a key: all that the nonce of a sealed box needs. It hashes public keys
 * only.
 *
 * @param input at most 128 bytes
 * @param length of the hash, at most 64 bytes
 */
export function blake2bOfBlock(input: Uint8Array, length: number): Uint8Array {
  if (input.length > BLOCK_BYTES) throw new RangeError("BLAKE2b of more than one block");
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(input);
  const message = new Int32Array(block.buffer);
  // Parameter block (RFC 7693 §2.5): the length of the hash, no key, fanout and depth 1.
  const state = Int32Array.from(IV);
  state[0] = (state[0] as number) ^ 0x01010000 ^ length;
  const work = new Int32Array(32);
  work.set(state);
  work.set(IV, 16);
  // The number of bytes so far, and the mark of the last block.
  work[24] = (work[24] as number) ^ input.length;
  work[28] = ~(work[28] as number);
  work[29] = ~(work[29] as number);
  for (let round = 0; round < ROUNDS; round++) {
    const order = SIGMA[round % 10] as readonly number[];
    mix(work, 0, 8, 16, 24, message, order[0] as number, order[1] as number);
    mix(work, 2, 10, 18, 26, message, order[2] as number, order[3] as number);
    mix(work, 4, 12, 20, 28, message, order[4] as number, order[5] as number);
    mix(work, 6, 14, 22, 30, message, order[6] as number, order[7] as number);
    mix(work, 0, 10, 20, 30, message, order[8] as number, order[9] as number);
    mix(work, 2, 12, 22, 24, message, order[10] as number, order[11] as number);
    mix(work, 4, 14, 16, 26, message, order[12] as number, order[13] as number);
    mix(work, 6, 8, 18, 28, message, order[14] as number, order[15] as number);
  }
  const hash = new Int32Array(16);
  for (let word = 0; word < 16; word++)
    hash[word] = (state[word] as number) ^ (work[word] as number) ^ (work[word + 16] as number);
  return new Uint8Array(hash.buffer).slice(0, length);
}

/** The function G (RFC 7693 §3.1). `a` to `d` are indexes of the low halves in `work`, `x` and `y` of words in `message`. */
function mix(
  work: Int32Array,
  a: number,
  b: number,
  c: number,
  d: number,
  message: Int32Array,
  x: number,
  y: number,
): void {
  let aLow = work[a] as number;
  let aHigh = work[a + 1] as number;
  let bLow = work[b] as number;
  let bHigh = work[b + 1] as number;
  let cLow = work[c] as number;
  let cHigh = work[c + 1] as number;
  let dLow = work[d] as number;
  let dHigh = work[d + 1] as number;
  let low = 0;
  let high = 0;
  low = (aLow + bLow) | 0;
  aHigh = (aHigh + bHigh + (((aLow & bLow) | ((aLow | bLow) & ~low)) >>> 31)) | 0;
  aLow = low;
  const xLow = message[2 * x] as number;
  const xHigh = message[2 * x + 1] as number;
  low = (aLow + xLow) | 0;
  aHigh = (aHigh + xHigh + (((aLow & xLow) | ((aLow | xLow) & ~low)) >>> 31)) | 0;
  aLow = low;
  low = dLow ^ aLow;
  high = dHigh ^ aHigh;
  dLow = high;
  dHigh = low;
  low = (cLow + dLow) | 0;
  cHigh = (cHigh + dHigh + (((cLow & dLow) | ((cLow | dLow) & ~low)) >>> 31)) | 0;
  cLow = low;
  low = bLow ^ cLow;
  high = bHigh ^ cHigh;
  bLow = (low >>> 24) | (high << 8);
  bHigh = (high >>> 24) | (low << 8);
  low = (aLow + bLow) | 0;
  aHigh = (aHigh + bHigh + (((aLow & bLow) | ((aLow | bLow) & ~low)) >>> 31)) | 0;
  aLow = low;
  const yLow = message[2 * y] as number;
  const yHigh = message[2 * y + 1] as number;
  low = (aLow + yLow) | 0;
  aHigh = (aHigh + yHigh + (((aLow & yLow) | ((aLow | yLow) & ~low)) >>> 31)) | 0;
  aLow = low;
  low = dLow ^ aLow;
  high = dHigh ^ aHigh;
  dLow = (low >>> 16) | (high << 16);
  dHigh = (high >>> 16) | (low << 16);
  low = (cLow + dLow) | 0;
  cHigh = (cHigh + dHigh + (((cLow & dLow) | ((cLow | dLow) & ~low)) >>> 31)) | 0;
  cLow = low;
  low = bLow ^ cLow;
  high = bHigh ^ cHigh;
  bLow = (low << 1) | (high >>> 31);
  bHigh = (high << 1) | (low >>> 31);
  work[a] = aLow;
  work[a + 1] = aHigh;
  work[b] = bLow;
  work[b + 1] = bHigh;
  work[c] = cLow;
  work[c + 1] = cHigh;
  work[d] = dLow;
  work[d + 1] = dHigh;
}
