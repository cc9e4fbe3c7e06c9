/** The least length of a pattern in bytes, and of what the automaton has states for. */
export const MIN_LENGTH = 4;

/** The state of having less than {@link MIN_LENGTH} bytes of any pattern. */
export const NONE = 0;

/** Flags of a state: the next number is its child; it has other children; a pattern ends here. */
export const CHAIN = 1;
export const BRANCH = 2;
export const OUTPUT = 4;

/** A pattern that ends at a state. */
export interface Output {
  /** In bytes. */
  readonly length: number;
  /** The number that was given with the pattern. */
  readonly secret: number;
}

/**
 * An Aho–Corasick automaton over bytes (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975), laid
 * out for thousands of long patterns. Nearly every state has one child, so a state is a byte of label, a byte of
 * flags and a failure link, and its child the next number. No state stands for less than four bytes: a table of
 * the patterns' first four bytes leads in, and text that holds none of them costs one look at a small bitmap for
 * each byte.
 */
export interface Automaton {
  /** The state after four bytes, which are the key as a signed big-endian number. */
  readonly entries: ReadonlyMap<number, number>;
  /** A bit for each {@link hash} of a key of `entries`. */
  readonly filter: Int32Array;
  /** By how many bits {@link hash} shifts. */
  readonly shift: number;
  /** The byte that leads from a state to the next number, with {@link CHAIN}. */
  readonly labels: Uint8Array;
  readonly flags: Uint8Array;
  /** The state of the longest proper suffix that has one. */
  readonly failures: Int32Array;
  /** The other children, by {@link branchKey}. */
  readonly branches: ReadonlyMap<number, number>;
  /** The longest pattern that ends at a state, with {@link OUTPUT}. */
  readonly outputs: ReadonlyMap<number, Output>;
  /** The length of the shortest pattern that begins with one to three bytes, by {@link startKey}. */
  readonly starts: ReadonlyMap<number, number>;
  /** How many bytes a state stands for. */
  depthOf(state: number): number;
  /** The length of the longest pattern. */
  readonly longest: number;
}

/** Where four bytes stand in the filter: Knuth's multiplicative hash. */
export function hash(window: number, shift: number): number {
  return Math.imul(window, 0x9e3779b1) >>> shift;
}

/** Whether the filter has a bit. */
export function mayPass(filter: Int32Array, bit: number): boolean {
  return (((filter[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0;
}

/** The key of the last `length` bytes, one to three, of a window of four. */
export function startKey(window: number, length: number): number {
  return (length << 24) | (window & ((1 << (length * 8)) - 1));
}

export function branchKey(state: number, byte: number): number {
  return state * 256 + byte;
}

/** The state that a byte leads to, without failure links. */
export function childOf(automaton: Tables, state: number, byte: number): number {
  const flags = automaton.flags[state] as number;
  if ((flags & CHAIN) !== 0 && automaton.labels[state] === byte) return state + 1;
  return (flags & BRANCH) === 0 ? NONE : (automaton.branches.get(branchKey(state, byte)) ?? NONE);
}

type Tables = Pick<Automaton, "flags" | "labels" | "branches">;
