import { newBytes } from "../bytes.ts";
import { readWords, writeWord } from "./words.ts";

/** Bytes of a key, and of the key stream that one block gives. */
export const SALSA20_KEY_BYTES = 32;
export const SALSA20_BLOCK_BYTES = 64;

/** "expand 32-byte k" (Bernstein, Salsa20 specification §8). */
const SIGMA: readonly number[] = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

/** The words of HSalsa20's result, which the additions of Salsa20 would hide (Extending the Salsa20 nonce, §2). */
const HSALSA20_WORDS: readonly number[] = [0, 5, 10, 15, 6, 7, 8, 9];

/**
 * HSalsa20 (Bernstein, "Extending the Salsa20 nonce", §2): a key from a key and 16 bytes.
 * @param input read from index `at`
 * @returns 32 raw bytes, which the caller wipes
 */
export function hsalsa20(key: Uint8Array, input: Uint8Array, at = 0): Uint8Array<ArrayBuffer> {
  const state = newState(key);
  readWords(input, at, state, 6, 4);
  doRounds(state);
  const derived = newBytes(SALSA20_KEY_BYTES);
  for (let index = 0; index < 8; index++)
    writeWord(derived, 4 * index, state[HSALSA20_WORDS[index] as number] as number);
  state.fill(0);
  return derived;
}

/**
 * Salsa20/20 (Salsa20 specification §9, §10): combines bytes with the key stream, which encrypts and decrypts.
 *
 * @param nonce 8 bytes, read from index `at`
 * @param bytes changed in place; byte 0 is combined with byte 0 of the key stream
 */
export function salsa20Xor(key: Uint8Array, nonce: Uint8Array, at: number, bytes: Uint8Array): void {
  const input = newState(key);
  readWords(nonce, at, input, 6, 2);
  const block = new Int32Array(16);
  for (let start = 0, count = 0; start < bytes.length; start += SALSA20_BLOCK_BYTES, count++) {
    input[8] = count;
    block.set(input);
    doRounds(block);
    for (let word = 0; word < 16; word++) block[word] = (block[word] as number) + (input[word] as number);
    const end = Math.min(bytes.length - start, SALSA20_BLOCK_BYTES);
    for (let index = 0; index < end; index++)
      bytes[start + index] =
        (bytes[start + index] as number) ^ ((block[index >> 2] as number) >> (8 * (index & 3)));
  }
  input.fill(0);
  block.fill(0);
}

/** The input of the rounds (Salsa20 specification §9), with zeros for the nonce and the number of the block. */
function newState(key: Uint8Array): Int32Array {
  const state = new Int32Array(16);
  for (let index = 0; index < 4; index++) state[5 * index] = SIGMA[index] as number;
  readWords(key, 0, state, 1, 4);
  readWords(key, 16, state, 11, 4);
  return state;
}

/**
 * 20 rounds, two in each turn, without the addition at the end (Salsa20 specification §3 to §7). Local variables, and no
 * functions for the four steps: this runs before the code is compiled, when each call costs as much as a step.
 */
function doRounds(state: Int32Array): void {
  let x0 = state[0] as number;
  let x1 = state[1] as number;
  let x2 = state[2] as number;
  let x3 = state[3] as number;
  let x4 = state[4] as number;
  let x5 = state[5] as number;
  let x6 = state[6] as number;
  let x7 = state[7] as number;
  let x8 = state[8] as number;
  let x9 = state[9] as number;
  let x10 = state[10] as number;
  let x11 = state[11] as number;
  let x12 = state[12] as number;
  let x13 = state[13] as number;
  let x14 = state[14] as number;
  let x15 = state[15] as number;
  let t = 0;
  for (let round = 0; round < 20; round += 2) {
    // The columns.
    t = (x0 + x12) | 0;
    x4 ^= (t << 7) | (t >>> 25);
    t = (x4 + x0) | 0;
    x8 ^= (t << 9) | (t >>> 23);
    t = (x8 + x4) | 0;
    x12 ^= (t << 13) | (t >>> 19);
    t = (x12 + x8) | 0;
    x0 ^= (t << 18) | (t >>> 14);
    t = (x5 + x1) | 0;
    x9 ^= (t << 7) | (t >>> 25);
    t = (x9 + x5) | 0;
    x13 ^= (t << 9) | (t >>> 23);
    t = (x13 + x9) | 0;
    x1 ^= (t << 13) | (t >>> 19);
    t = (x1 + x13) | 0;
    x5 ^= (t << 18) | (t >>> 14);
    t = (x10 + x6) | 0;
    x14 ^= (t << 7) | (t >>> 25);
    t = (x14 + x10) | 0;
    x2 ^= (t << 9) | (t >>> 23);
    t = (x2 + x14) | 0;
    x6 ^= (t << 13) | (t >>> 19);
    t = (x6 + x2) | 0;
    x10 ^= (t << 18) | (t >>> 14);
    t = (x15 + x11) | 0;
    x3 ^= (t << 7) | (t >>> 25);
    t = (x3 + x15) | 0;
    x7 ^= (t << 9) | (t >>> 23);
    t = (x7 + x3) | 0;
    x11 ^= (t << 13) | (t >>> 19);
    t = (x11 + x7) | 0;
    x15 ^= (t << 18) | (t >>> 14);
    // The rows.
    t = (x0 + x3) | 0;
    x1 ^= (t << 7) | (t >>> 25);
    t = (x1 + x0) | 0;
    x2 ^= (t << 9) | (t >>> 23);
    t = (x2 + x1) | 0;
    x3 ^= (t << 13) | (t >>> 19);
    t = (x3 + x2) | 0;
    x0 ^= (t << 18) | (t >>> 14);
    t = (x5 + x4) | 0;
    x6 ^= (t << 7) | (t >>> 25);
    t = (x6 + x5) | 0;
    x7 ^= (t << 9) | (t >>> 23);
    t = (x7 + x6) | 0;
    x4 ^= (t << 13) | (t >>> 19);
    t = (x4 + x7) | 0;
    x5 ^= (t << 18) | (t >>> 14);
    t = (x10 + x9) | 0;
    x11 ^= (t << 7) | (t >>> 25);
    t = (x11 + x10) | 0;
    x8 ^= (t << 9) | (t >>> 23);
    t = (x8 + x11) | 0;
    x9 ^= (t << 13) | (t >>> 19);
    t = (x9 + x8) | 0;
    x10 ^= (t << 18) | (t >>> 14);
    t = (x15 + x14) | 0;
    x12 ^= (t << 7) | (t >>> 25);
    t = (x12 + x15) | 0;
    x13 ^= (t << 9) | (t >>> 23);
    t = (x13 + x12) | 0;
    x14 ^= (t << 13) | (t >>> 19);
    t = (x14 + x13) | 0;
    x15 ^= (t << 18) | (t >>> 14);
  }
  state[0] = x0;
  state[1] = x1;
  state[2] = x2;
  state[3] = x3;
  state[4] = x4;
  state[5] = x5;
  state[6] = x6;
  state[7] = x7;
  state[8] = x8;
  state[9] = x9;
  state[10] = x10;
  state[11] = x11;
  state[12] = x12;
  state[13] = x13;
  state[14] = x14;
  state[15] = x15;
}
