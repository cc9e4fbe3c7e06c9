import { type Automaton, hash, mayPass, startKey } from "./automaton.ts";
import { ByteQueue } from "./byte-queue.ts";
import { MIN_LENGTH, NONE, OUTPUT, type Output } from "./trie.ts";

const EMPTY = new Uint8Array(0);
const NO_SECRET = -1;

interface Match {
  readonly start: number;
  readonly end: number;
  readonly secret: number;
}

/** The largest part of a pattern that may be shown at a pause. */
const SHOWN_PART = 1 / 4;

/**
 * Replaces every match in a stream of bytes by its marker. A byte is output as soon as it can no longer be part of a
 * match; never more than the longest pattern is held back.
 *
 * Of overlapping matches, the leftmost and longest is replaced first. Another match that extends beyond its end is
 * covered to its own end too, with a second marker if it is another secret. So the output depends on the stream only,
 * not on how it was split into chunks, and no byte of any match is left.
 */
export class Redactor {
  readonly #automaton: Automaton;
  /** The marker of each secret, by its number. */
  readonly #markers: readonly Uint8Array[];
  #state = NONE;
  /** The last four bytes. */
  #window = 0;
  /** Number of bytes read so far. */
  #read = 0;
  /** All bytes before this offset were output or covered by a marker. */
  #done = 0;
  /** The secret whose marker covers the bytes before {@link #done}, if one does. */
  #last = NO_SECRET;
  /** The bytes from {@link #done} on. */
  readonly #held = new ByteQueue();
  #output = new Uint8Array(0);
  /** Matches that are not replaced yet. Each starts and ends after the one before it. */
  readonly #matches: Match[] = [];

  constructor(automaton: Automaton, markers: readonly Uint8Array[]) {
    this.#automaton = automaton;
    this.#markers = markers;
  }

  /** Number of bytes that are held back. */
  get held(): number {
    return this.#held.length;
  }

  /**
   * Processes a chunk of the stream.
   * @returns the output, valid until the next call; it may be a view of `chunk`
   */
  push(chunk: Uint8Array): Uint8Array {
    const before = this.#read;
    this.#search(chunk);
    return this.#emit(chunk, before, this.#openStart());
  }

  /** Ends the stream. @returns the rest of the output */
  end(): Uint8Array {
    return this.#emit(EMPTY, this.#read, Number.POSITIVE_INFINITY);
  }

  /**
   * Outputs what is held back if it is only a short part of a pattern: at a terminal, a pause may mean that a prompt
   * waits for a key. If the match is completed later, the rest of it is still covered.
   */
  pause(): Uint8Array {
    if (this.#state !== NONE || this.#matches.length > 0) return EMPTY;
    for (let length = this.#read - this.#openStart(); length > 0; length--) {
      const shortest = this.#automaton.starts.get(startKey(this.#window, length)) ?? Number.POSITIVE_INFINITY;
      if (length > shortest * SHOWN_PART) return EMPTY;
    }
    return this.#emit(EMPTY, this.#read, this.#read);
  }

  /** Runs the automaton over a chunk and records the matches. */
  #search(chunk: Uint8Array): void {
    const automaton = this.#automaton;
    const { filter, shift, trie } = automaton;
    const length = chunk.length;
    let state = this.#state;
    let window = this.#window;
    for (let at = 0; at < length; ) {
      if (state === NONE) {
        const from = at;
        at = pastUnlikely(chunk, at, window, filter, shift);
        for (let next = Math.max(from, at - MIN_LENGTH); next < at; next++) {
          window = (window << 8) | (chunk[next] as number);
        }
        if (this.#read + at >= MIN_LENGTH) state = automaton.enter(window);
        if (state === NONE) continue;
      } else {
        const byte = chunk[at++] as number;
        window = (window << 8) | byte;
        state = automaton.next(state, byte, window);
      }
      if (trie.has(state, OUTPUT)) this.#record(trie.output(state) as Output, this.#read + at);
      while (state !== NONE && trie.isLeaf(state)) state = trie.failure(state);
    }
    this.#state = state;
    this.#window = window;
    this.#read += length;
  }

  /** Records the longest match that ends here, in place of matches inside it. */
  #record({ length, secret }: Output, end: number): void {
    const start = end - length;
    while ((this.#matches.at(-1)?.start ?? -1) >= start) this.#matches.pop();
    this.#matches.push({ start, end, secret });
  }

  /** The offset of the longest prefix of a pattern that the stream ends with; the end of the stream if there is none. */
  #openStart(): number {
    if (this.#state !== NONE) return this.#read - this.#automaton.trie.depth(this.#state);
    for (let length = Math.min(MIN_LENGTH - 1, this.#read); length > 0; length--) {
      if (this.#automaton.starts.has(startKey(this.#window, length))) return this.#read - length;
    }
    return this.#read;
  }

  /**
   * Outputs the bytes before the offset `open`, with the matches that start before it replaced.
   * @param before number of bytes read before `chunk`
   */
  #emit(chunk: Uint8Array, before: number, open: number): Uint8Array {
    const parts: Uint8Array[] = [];
    const heldFrom = this.#done;
    const show = (from: number, to: number): void => {
      if (from < Math.min(to, before))
        parts.push(this.#held.view(from - heldFrom, Math.min(to, before) - heldFrom));
      if (to > Math.max(from, before))
        parts.push(chunk.subarray(Math.max(from, before) - before, to - before));
    };
    let settled = 0;
    for (const { start, end, secret } of this.#matches) {
      if (start >= open) break;
      settled++;
      if (end <= this.#done) continue;
      show(this.#done, start);
      if (start >= this.#done || secret !== this.#last) parts.push(this.#markers[secret] as Uint8Array);
      this.#done = end;
      this.#last = secret;
    }
    if (settled > 0) this.#matches.splice(0, settled);
    const end = Math.min(open, this.#read);
    if (end > this.#done) {
      show(this.#done, end);
      this.#done = end;
      this.#last = NO_SECRET;
    }
    const output = this.#joined(parts, chunk);
    this.#held.drop(Math.min(this.#done, before) - heldFrom);
    this.#held.append(chunk.subarray(Math.max(0, this.#done - before)));
    return output;
  }

  /** Joins the parts in a buffer that is reused. A single part of the chunk is not copied. */
  #joined(parts: readonly Uint8Array[], chunk: Uint8Array): Uint8Array {
    const [first = EMPTY] = parts;
    if (parts.length < 2 && first.buffer === chunk.buffer) return first;
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (length > this.#output.length) this.#output = new Uint8Array(length * 2);
    let at = 0;
    for (const part of parts) {
      this.#output.set(part, at);
      at += part.length;
    }
    return this.#output.subarray(0, length);
  }
}

/**
 * Skips to where the last four bytes may be the first four of a pattern. Most of a typical text is skipped here.
 * @returns the index after those four bytes, or the end of the chunk
 */
function pastUnlikely(
  chunk: Uint8Array,
  from: number,
  last: number,
  filter: Int32Array,
  shift: number,
): number {
  let window = last;
  for (let at = from; at < chunk.length; at++) {
    window = (window << 8) | (chunk[at] as number);
    if (mayPass(filter, hash(window, shift))) return at + 1;
  }
  return chunk.length;
}
