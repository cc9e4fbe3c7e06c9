import { isUtf8 } from "node:buffer";
import { base64Length } from "../../crypto/base64.ts";
import { wipe } from "../../crypto/bytes.ts";
import { open, seal } from "../../crypto/sealed-box.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import { SEALED_VALUE_OVERHEAD, VERSION } from "../format/sealed-value.ts";

/** The most values in a batch: about 3 ms of work with libsodium. */
const MOST_VALUES = 64;

/** The words (32 bits) of a batch: its state, the number of values, the length of each, and that of each result. */
const STATE = 0;
const COUNT = 1;
const LENGTHS = 2;
const RESULT_LENGTHS = LENGTHS + MOST_VALUES;
export const BATCH_WORDS = RESULT_LENGTHS + MOST_VALUES;

/** The states. One thread fills a batch; the first that claims it works on it; the one that filled it takes the results. */
const EMPTY = 0;
const FILLED = 1;
const CLAIMED = 2;
const DONE = 3;

/** Instead of the length of a result. */
const NOT_OPENED = -1;
const NOT_TEXT = -2;

/** What is done with each sealed value: it is opened and, if there is a recipient, its plaintext is sealed to that. */
export interface Work {
  readonly privateKey: PrivateKey;
  readonly recipient: Recipient | undefined;
}

/** Whom plaintexts are sealed to. */
export interface Recipient {
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** Memory for any of the plaintexts, of this thread alone. */
  readonly scratch: Uint8Array;
}

/** Why there is no result: the sealed value does not open, or its plaintext is not UTF-8. */
export interface Failure {
  readonly problem: "not opened" | "not text";
}

/** What became of a sealed value: its plaintext, or the new sealed value in base64; or why there is none. */
export type Result = string | Failure;

/** Some sealed values and what became of them, in memory that two threads share. */
export class Batch {
  readonly #words: Int32Array;
  readonly #values: Uint8Array;
  readonly #results: Uint8Array;

  /** @param words {@link BATCH_WORDS} of them, 0 at first. @param values as large as `results` */
  constructor(words: Int32Array, values: Uint8Array, results: Uint8Array) {
    this.#words = words;
    this.#values = values;
    this.#results = results;
  }

  /** Whether the results can be taken. */
  get isDone(): boolean {
    return Atomics.load(this.#words, STATE) === DONE;
  }

  /** Fills an empty batch. @param sealed base64 @returns the index of the first value that had no place */
  fill(sealed: readonly string[], from: number): number {
    const bytes = bufferOf(this.#values);
    let index = from;
    let start = 0;
    for (; index < sealed.length && index - from < MOST_VALUES; index++) {
      const text = sealed[index] ?? "";
      // What is not base64 becomes an empty value, which does not open.
      const length = base64Length(text) ?? 0;
      if (start + length > bytes.length) break;
      if (length > 0) bytes.write(text, start, "base64");
      this.#words[LENGTHS + index - from] = length;
      start += length;
    }
    this.#words[COUNT] = index - from;
    this.#setState(FILLED);
    return index;
  }

  /** Works on the batch if it is filled and the other thread has not begun to. @returns whether it did */
  workIfFilled(work: Work): boolean {
    if (Atomics.compareExchange(this.#words, STATE, FILLED, CLAIMED) !== FILLED) return false;
    let state = FILLED;
    try {
      this.#workOnAll(work);
      state = DONE;
    } finally {
      this.#setState(state);
    }
    return true;
  }

  /** Waits while the other thread works on the batch. @param patience ms @returns whether it no longer does */
  waitForOther(patience: number): boolean {
    return Atomics.wait(this.#words, STATE, CLAIMED, patience) !== "timed-out";
  }

  /**
   * Takes the results out of a batch that is done, and empties it.
   * @param encoding of the results: `utf8` for plaintexts, `base64` for sealed values
   * @returns how many there were
   */
  takeResults(encoding: "utf8" | "base64", take: (result: Result) => void): number {
    const bytes = bufferOf(this.#results);
    const count = this.#words[COUNT] ?? 0;
    let start = 0;
    for (let index = 0; index < count; index++) {
      const length = this.#words[RESULT_LENGTHS + index] ?? 0;
      if (length === NOT_OPENED) take({ problem: "not opened" });
      else if (length === NOT_TEXT) take({ problem: "not text" });
      else take(bytes.toString(encoding, start, start + length));
      start += this.#words[LENGTHS + index] ?? 0;
    }
    wipe(this.#results);
    this.#setState(EMPTY);
    return count;
  }

  /** Takes a batch back that nobody has begun, or else waits for the other thread. @param patience ms */
  withdraw(patience: number): void {
    if (Atomics.compareExchange(this.#words, STATE, FILLED, EMPTY) === CLAIMED) this.waitForOther(patience);
  }

  #workOnAll(work: Work): void {
    const count = this.#words[COUNT] ?? 0;
    let start = 0;
    for (let index = 0; index < count; index++) {
      const end = start + (this.#words[LENGTHS + index] ?? 0);
      this.#words[RESULT_LENGTHS + index] = this.#workOn(start, end, work);
      start = end;
    }
  }

  /**
   * Works on one sealed value, and puts the result at the same place.
   * @returns the result's length
   */
  #workOn(start: number, end: number, { privateKey, recipient }: Work): number {
    if (end === start || this.#values[start] !== VERSION) return NOT_OPENED;
    const box = this.#values.subarray(start + 1, end);
    const length = Math.max(0, end - start - SEALED_VALUE_OVERHEAD);
    const plaintext = recipient
      ? recipient.scratch.subarray(0, length)
      : this.#results.subarray(start, start + length);
    if (!open(box, privateKey, plaintext)) return NOT_OPENED;
    const isText = isUtf8(plaintext);
    if (!recipient) return isText ? length : NOT_TEXT;
    if (isText) {
      this.#results[start] = VERSION;
      seal(plaintext, recipient.publicKey, this.#results.subarray(start + 1, end));
    }
    wipe(plaintext);
    return isText ? end - start : NOT_TEXT;
  }

  #setState(state: number): void {
    Atomics.store(this.#words, STATE, state);
    Atomics.notify(this.#words, STATE);
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
