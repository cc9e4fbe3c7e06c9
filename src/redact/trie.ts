import type { Pattern } from "./pattern.ts";
import { MIN_LENGTH } from "./window-table.ts";

/** The state after fewer than {@link MIN_LENGTH} bytes of any pattern. */
export const NONE = 0;

/** Flags of a state: the next state is its child; it has other children; a pattern ends here; its failure link is set. */
const CHAIN = 1;
const BRANCH = 2;
export const OUTPUT = 4;
export const LINKED = 8;

/** A pattern that ends at a state. */
export interface Output {
  /** In bytes. */
  readonly length: number;
  /** The secret's number, as given with the pattern. */
  readonly secret: number;
}

const encoder = new TextEncoder();

const LONG = 0xffff;

/**
 * The prefixes of patterns. Nearly every state has one child, so a state is stored as a label (one byte), flags (one
 * byte) and a failure link, with its child at the next index.
 */
export class Trie {
  /** With {@link CHAIN}: the byte that leads from a state to the next one. */
  #labels = new Uint8Array(1 << 14);
  #flags = new Uint8Array(1 << 14);
  /** With {@link LINKED}: the state of the longest proper suffix. */
  #failures = new Int32Array(1 << 14);
  /** The length of the shortest pattern that a state is a prefix of, at most {@link LONG}. */
  #shortest = new Uint16Array(1 << 14).fill(LONG);
  /** The other children, by {@link branchKey}. */
  readonly #branches = new Map<number, number>();
  /** With {@link OUTPUT}: the longest pattern that ends at a state. */
  readonly #outputs = new Map<number, Output>();
  /** Runs of states in which each state is the child of the one before: the first state of each run, and its depth. */
  readonly #firsts: number[] = [];
  readonly #depths: number[] = [];
  #scratch = new Uint8Array(1 << 12);
  #size = 1;

  /** Adds a state for the first {@link MIN_LENGTH} bytes of patterns. Its failure is {@link NONE}. */
  addEntry(): number {
    const state = this.#startRun(MIN_LENGTH);
    this.#flags[state] = LINKED;
    return state;
  }

  /** Adds a pattern that begins with the bytes of `entry`. Of equal patterns the first is kept. */
  add(entry: number, { stem, endings }: Pattern, secret: number): void {
    const stemLength = this.#write(stem, 0);
    const state = this.#extend(entry, MIN_LENGTH, stemLength, stemLength);
    for (const ending of endings) {
      const length = this.#write(ending, stemLength);
      const end = this.#extend(state, stemLength, length, length);
      if (!this.has(end, OUTPUT)) this.setOutput(end, { length, secret });
    }
  }

  has(state: number, flag: number): boolean {
    return ((this.#flags[state] as number) & flag) !== 0;
  }

  isLeaf(state: number): boolean {
    return !this.has(state, CHAIN | BRANCH);
  }

  /** The child of a state for a byte, without failure links; {@link NONE} if there is none. */
  child(state: number, byte: number): number {
    const flags = this.#flags[state] as number;
    if ((flags & CHAIN) !== 0 && this.#labels[state] === byte) return state + 1;
    return (flags & BRANCH) === 0 ? NONE : (this.#branches.get(branchKey(state, byte)) ?? NONE);
  }

  failure(state: number): number {
    return this.#failures[state] as number;
  }

  setFailure(state: number, failure: number): void {
    this.#failures[state] = failure;
    this.#setFlag(state, LINKED);
  }

  output(state: number): Output | undefined {
    return this.#outputs.get(state);
  }

  setOutput(state: number, output: Output): void {
    this.#outputs.set(state, output);
    this.#setFlag(state, OUTPUT);
  }

  /** The length in bytes of the shortest pattern that a state is a prefix of, without endings. */
  shortest(state: number): number {
    return this.#shortest[state] as number;
  }

  /** The number of bytes that lead to a state. */
  depth(state: number): number {
    let low = 0;
    let high = this.#firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#firsts[middle] as number) <= state) low = middle;
      else high = middle - 1;
    }
    return (this.#depths[low] as number) + state - (this.#firsts[low] as number);
  }

  /** Encodes a part of the pattern that is being added, at offset `at` of the scratch buffer. @returns the end's offset */
  #write(text: string, at: number): number {
    if (at + text.length * 3 > this.#scratch.length) {
      this.#scratch = grown(this.#scratch, (at + text.length * 3) * 2, Uint8Array);
    }
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return at + encoder.encodeInto(text, this.#scratch.subarray(at)).written;
      this.#scratch[at + index] = code;
    }
    return at + text.length;
  }

  /** The state that the pattern's bytes from `depth` to `length` lead to. Adds missing states. */
  #extend(start: number, depth: number, length: number, shortest: number): number {
    let state = start;
    this.#noteShortest(state, shortest);
    for (let at = depth; at < length; at++) {
      const next = this.child(state, this.#scratch[at] as number);
      if (next === NONE) {
        const end = this.#append(state, at, length);
        this.#shortest.fill(Math.min(LONG, shortest), end - (length - at) + 1, end + 1);
        return end;
      }
      state = next;
      this.#noteShortest(state, shortest);
    }
    return state;
  }

  #noteShortest(state: number, length: number): void {
    if (length < (this.#shortest[state] as number)) this.#shortest[state] = length;
  }

  /** Adds the states of the pattern from a depth on. */
  #append(parent: number, depth: number, length: number): number {
    this.#reserve(length - depth);
    let state = parent;
    let at = depth;
    if (parent + 1 !== this.#size) {
      state = this.#startRun(depth + 1);
      this.#setFlag(parent, BRANCH);
      this.#branches.set(branchKey(parent, this.#scratch[depth] as number), state);
      at++;
    }
    for (; at < length; at++) {
      this.#labels[state] = this.#scratch[at] as number;
      this.#setFlag(state, CHAIN);
      state = this.#size++;
    }
    return state;
  }

  #startRun(depth: number): number {
    this.#reserve(1);
    this.#firsts.push(this.#size);
    this.#depths.push(depth);
    return this.#size++;
  }

  /** Ensures capacity for more states. */
  #reserve(count: number): void {
    const needed = this.#size + count;
    if (needed <= this.#labels.length) return;
    this.#labels = grown(this.#labels, needed * 2, Uint8Array);
    this.#flags = grown(this.#flags, needed * 2, Uint8Array);
    this.#failures = grown(this.#failures, needed * 2, Int32Array);
    const known = this.#shortest.length;
    this.#shortest = grown(this.#shortest, needed * 2, Uint16Array).fill(LONG, known);
  }

  #setFlag(state: number, flag: number): void {
    this.#flags[state] = (this.#flags[state] as number) | flag;
  }
}

function branchKey(state: number, byte: number): number {
  return state * 256 + byte;
}

/** Returns a larger copy and overwrites the old array, which holds bytes of secrets. */
function grown<T extends Uint8Array | Uint16Array | Int32Array>(
  array: T,
  length: number,
  type: new (length: number) => T,
): T {
  const larger = new type(length);
  larger.set(array);
  array.fill(0);
  return larger;
}
