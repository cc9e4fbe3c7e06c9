import { PprotectError } from "../../common/errors.ts";
import {
  type Automaton,
  BRANCH,
  branchKey,
  CHAIN,
  childOf,
  hash,
  MIN_LENGTH,
  mayPass,
  NONE,
  OUTPUT,
  type Output,
  startKey,
} from "./automaton.ts";

const encoder = new TextEncoder();

/** More states than this are refused; they take some 500 MB. */
const MAX_STATES = 1 << 26;

/** Takes patterns and makes their {@link Automaton}. */
export class AutomatonBuilder {
  readonly #entries = new Map<number, number>();
  readonly #branches = new Map<number, number>();
  readonly #outputs = new Map<number, Output>();
  readonly #starts = new Map<number, number>();
  /** Runs of states of which each but the first is the only child of the number before it. */
  readonly #chains = {
    first: [] as number[],
    /** Of the first. */
    depth: [] as number[],
    /** What leads to the first; {@link NONE} at the least depth. */
    parent: [] as number[],
    byte: [] as number[],
    /** The last four bytes of what leads to the state that is linked next. */
    window: [] as number[],
  };
  #scratch = new Uint8Array(1 << 12);
  #labels = new Uint8Array(1 << 16);
  #flags = new Uint8Array(1 << 16);
  #size = 1;
  #longest = 0;

  /**
   * Adds a pattern for each ending. Of equal patterns the first stays.
   *
   * @param stem at least {@link MIN_LENGTH} bytes in UTF-8
   * @param secret comes back with every match
   * @throws PprotectError `environment` when the patterns are more than memory should hold
   */
  add(stem: string, endings: readonly string[], secret: number): void {
    const stemLength = this.#write(stem, 0);
    const state = this.#insert(stemLength);
    for (const ending of endings) {
      const length = this.#write(ending, stemLength);
      this.#finish(this.#extend(state, stemLength, length), length, secret);
    }
    for (let length = 1; length < MIN_LENGTH; length++) {
      const key = startKey(windowAt(this.#scratch, length), length);
      this.#starts.set(key, Math.min(this.#starts.get(key) ?? stemLength, stemLength));
    }
  }

  /** The automaton of all that was added; the builder is of no use after it. */
  build(): Automaton {
    this.#scratch.fill(0);
    const firsts = Int32Array.from(this.#chains.first);
    const depths = Int32Array.from(this.#chains.depth);
    const { filter, shift } = filterOf(this.#entries);
    return {
      entries: this.#entries,
      filter,
      shift,
      labels: this.#labels,
      flags: this.#flags,
      failures: this.#link(filter, shift),
      branches: this.#branches,
      outputs: this.#outputs,
      starts: this.#starts,
      depthOf: (state) => depthOf(state, firsts, depths),
      longest: this.#longest,
    };
  }

  /** Writes a part of the pattern that is being added. @returns the pattern's length */
  #write(text: string, at: number): number {
    if (at + text.length * 3 > this.#scratch.length) {
      this.#scratch = grown(this.#scratch, (at + text.length * 3) * 2);
    }
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 0x80) return at + encoder.encodeInto(text, this.#scratch.subarray(at)).written;
      this.#scratch[at + index] = code;
    }
    return at + text.length;
  }

  #finish(state: number, length: number, secret: number): void {
    if (this.#outputs.has(state)) return;
    this.#outputs.set(state, { length, secret });
    this.#setFlag(state, OUTPUT);
    this.#longest = Math.max(this.#longest, length);
  }

  /** The state that the pattern's first `length` bytes lead to, made as far as it was not there. */
  #insert(length: number): number {
    const window = windowAt(this.#scratch, MIN_LENGTH);
    let state = this.#entries.get(window) ?? NONE;
    if (state === NONE) {
      state = this.#startChain(MIN_LENGTH, NONE);
      this.#entries.set(window, state);
    }
    return this.#extend(state, MIN_LENGTH, length);
  }

  /** The state that the pattern's bytes from `depth` to `length` lead to. */
  #extend(start: number, depth: number, length: number): number {
    const tables = { flags: this.#flags, labels: this.#labels, branches: this.#branches };
    let state = start;
    for (let at = depth; at < length; at++) {
      const next = childOf(tables, state, this.#scratch[at] as number);
      if (next === NONE) return this.#append(state, at, length);
      state = next;
    }
    return state;
  }

  /** Makes the states of the pattern from a depth on. */
  #append(parent: number, depth: number, length: number): number {
    this.#reserve(length - depth);
    let state = parent;
    let at = depth;
    if (parent + 1 !== this.#size) {
      state = this.#startChain(depth + 1, parent);
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

  #startChain(depth: number, parent: number): number {
    this.#reserve(1);
    const first = this.#size++;
    this.#chains.first.push(first);
    this.#chains.depth.push(depth);
    this.#chains.parent.push(parent);
    this.#chains.byte.push(this.#scratch[depth - 1] as number);
    this.#chains.window.push(windowAt(this.#scratch, depth));
    return first;
  }

  /** Makes room for more states. */
  #reserve(count: number): void {
    if (this.#size + count <= this.#labels.length) return;
    if (this.#size + count > MAX_STATES) {
      throw new PprotectError(
        "environment",
        "the secrets are too many or too long to be looked for in the output",
        "choose fewer, or leave out --redact",
      );
    }
    const length = Math.min(MAX_STATES, Math.max(this.#labels.length * 2, this.#size + count));
    this.#labels = grown(this.#labels, length);
    this.#flags = grown(this.#flags, length);
  }

  #setFlag(state: number, flag: number): void {
    this.#flags[state] = (this.#flags[state] as number) | flag;
  }

  /** The failure links, made by depth: each rests on shorter ones only. Outputs are passed on along them. */
  #link(filter: Int32Array, shift: number): Int32Array {
    const failures = new Int32Array(this.#size);
    const labels = this.#labels;
    const flags = this.#flags;
    const tables = { flags, labels, branches: this.#branches };
    const entries = this.#entries;
    const { first, depth: start, parent, byte: firstByte } = this.#chains;
    const windows = Int32Array.from(this.#chains.window);
    const waiting = chainsByDepth(start);
    const active = new Int32Array(first.length);
    let count = 0;
    for (let depth = MIN_LENGTH; count > 0 || waiting.length > depth; depth++) {
      for (const chain of waiting[depth] ?? []) active[count++] = chain;
      let kept = 0;
      for (let index = 0; index < count; index++) {
        const chain = active[index] as number;
        const state = (first[chain] as number) + depth - (start[chain] as number);
        const window = windows[chain] as number;
        if (depth > MIN_LENGTH) {
          const isFirst = depth === start[chain];
          const byte = isFirst ? (firstByte[chain] as number) : (labels[state - 1] as number);
          let suffix = failures[isFirst ? (parent[chain] as number) : state - 1] as number;
          let failure = NONE;
          while (suffix !== NONE && failure === NONE) {
            failure = childOf(tables, suffix, byte);
            suffix = failures[suffix] as number;
          }
          if (failure === NONE && mayPass(filter, hash(window, shift))) failure = entries.get(window) ?? NONE;
          failures[state] = failure;
          if (((flags[failure] as number) & OUTPUT) !== 0) this.#inherit(state, failure);
        }
        if (((flags[state] as number) & CHAIN) !== 0) {
          windows[chain] = (window << 8) | (labels[state] as number);
          active[kept++] = chain;
        }
      }
      count = kept;
    }
    return failures;
  }

  #inherit(state: number, failure: number): void {
    this.#setFlag(state, OUTPUT);
    if (!this.#outputs.has(state)) this.#outputs.set(state, this.#outputs.get(failure) as Output);
  }
}

/** The numbers of the chains that start at each depth. */
function chainsByDepth(depths: readonly number[]): number[][] {
  const chains: number[][] = [];
  depths.forEach((depth, chain) => {
    chains[depth] ??= [];
    chains[depth].push(chain);
  });
  return chains;
}

/** The four bytes before `end`, of fewer if it is less than four. */
function windowAt(bytes: Uint8Array, end: number): number {
  let window = 0;
  for (let at = Math.max(0, end - MIN_LENGTH); at < end; at++) window = (window << 8) | (bytes[at] as number);
  return window;
}

function grown(array: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(array);
  array.fill(0);
  return larger;
}

/** 64 bits for each entry, so that few others pass; 32 KiB at least, 4 MiB at most. */
function filterOf(entries: ReadonlyMap<number, number>): Pick<Automaton, "filter" | "shift"> {
  const bits = Math.min(25, Math.max(18, Math.ceil(Math.log2(entries.size * 64))));
  const shift = 32 - bits;
  const filter = new Int32Array(1 << (bits - 5));
  for (const window of entries.keys()) {
    const bit = hash(window, shift);
    filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
  }
  return { filter, shift };
}

function depthOf(state: number, firsts: Int32Array, depths: Int32Array): number {
  let low = 0;
  let high = firsts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firsts[middle] as number) <= state) low = middle;
    else high = middle - 1;
  }
  return (depths[low] as number) + state - (firsts[low] as number);
}
