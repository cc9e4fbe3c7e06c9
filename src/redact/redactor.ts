import type { Automata } from "./automaton-builder.ts";
import { ByteQueue } from "./byte-queue.ts";
import { MatchFinder } from "./match-finder.ts";

const EMPTY = new Uint8Array(0);
const NO_SECRET = -1;

/**
 * Replaces every match in a stream of bytes by its marker. A byte is output as soon as it can no longer be part of a
 * match: what is held back is at most as long as the longest pattern, with the gaps that may be in a match.
 *
 * Of overlapping matches, the leftmost and longest is replaced first. Another match that extends beyond its end is
 * covered to its own end too, with a second marker if it is another secret. Escape sequences in a match stay, after its
 * marker. So the output depends on the stream only, not on how it was split into chunks, and no byte of any match is left.
 */
export class Redactor {
  readonly #finder: MatchFinder;
  /** The marker of each secret, by its number. */
  readonly #markers: readonly Uint8Array[];
  /** All bytes before this offset were output or covered by a marker. */
  #done = 0;
  /** The secret whose marker covers the bytes before {@link #done}, if one does; escape sequences may follow it. */
  #last = NO_SECRET;
  /** The bytes from {@link #done} on. */
  readonly #held = new ByteQueue();
  #output = new Uint8Array(0);

  constructor(automata: Automata, markers: readonly Uint8Array[]) {
    this.#finder = new MatchFinder(automata);
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
    const before = this.#finder.read;
    this.#finder.search(chunk);
    return this.#emit(chunk, before, this.#finder.openStart());
  }

  /** Ends the stream. @returns the rest of the output */
  end(): Uint8Array {
    return this.#emit(EMPTY, this.#finder.read, Number.POSITIVE_INFINITY);
  }

  /**
   * Outputs what is held back if it is at most a quarter of a pattern: a pause may mean that a prompt waits for a key. If
   * the match is completed later, the rest of it is still covered.
   */
  pause(): Uint8Array {
    const { read } = this.#finder;
    return this.#finder.isShort() ? this.#emit(EMPTY, read, read) : EMPTY;
  }

  /**
   * Outputs the bytes before the offset `open`, with the matches that start before it replaced.
   * @param before number of bytes read before `chunk`
   */
  #emit(chunk: Uint8Array, before: number, open: number): Uint8Array {
    const { matches, read } = this.#finder;
    const parts: Uint8Array[] = [];
    const heldFrom = this.#done;
    const show = (from: number, to: number): void => {
      if (from < Math.min(to, before))
        parts.push(this.#held.view(from - heldFrom, Math.min(to, before) - heldFrom));
      if (to > Math.max(from, before))
        parts.push(chunk.subarray(Math.max(from, before) - before, to - before));
    };
    for (const { start, end, secret, continued } of matches.take(open)) {
      if (end <= this.#done) continue;
      show(this.#done, start);
      const hasMarker = secret === this.#last && (continued || start < this.#done);
      if (!hasMarker) parts.push(this.#markers[secret] as Uint8Array);
      this.#done = end;
      this.#last = secret;
    }
    const end = Math.min(open, read);
    if (end > this.#done) {
      show(this.#done, end);
      this.#done = end;
      if (matches.first?.continued !== true) this.#last = NO_SECRET;
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
