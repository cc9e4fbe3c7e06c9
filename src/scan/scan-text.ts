import { isAscii } from "node:buffer";
import { bufferOf } from "../common/buffer-of.ts";
import { lazy } from "../common/lazy.ts";
import type { AddedLine } from "./finding.ts";

const LINE_FEED = 10;

/** Longer lines are generated. They are searched in pieces, only for tokens that are known by their own form. */
const LONG_LINE = 20_000;
/** A piece of a long line; a hit that starts in its overlap with the next piece belongs to the next piece. */
const PIECE = 16_000;
/** No token is longer. */
const OVERLAP = 9_000;

/** Lines of one file as UTF-8 bytes. */
export interface TextLines {
  /** The lines, each ended by a line feed, the last one perhaps not. */
  readonly bytes: Uint8Array;
  /** From which line on which number counts, sorted; of a whole file, line 0 has number 1. */
  readonly runs: readonly LineRun[];
}

/** Lines that follow each other in the file. */
export interface LineRun {
  /** Index of its first line. */
  readonly at: number;
  /** The 1-based number of that line in the file. */
  readonly number: number;
}

/** All lines of a file. @param bytes UTF-8 */
export function wholeFile(bytes: Uint8Array): TextLines {
  return { bytes, runs: [{ at: 0, number: 1 }] };
}

/** Some lines of a file. */
export function textLines(lines: Iterable<AddedLine>): TextLines {
  const texts: string[] = [];
  const runs: LineRun[] = [];
  let expected = Number.NaN;
  for (const { number, text } of lines) {
    if (number !== expected) runs.push({ at: texts.length, number });
    expected = number + 1;
    texts.push(text.replaceAll("\n", " "));
  }
  return { bytes: new TextEncoder().encode(texts.join("\n")), runs };
}

/** The lines as text, each whole. */
export function addedLinesOf({ bytes, runs }: TextLines): AddedLine[] {
  const view = bufferOf(bytes);
  const texts = view.toString("utf8").split("\n");
  if (texts.at(-1) === "") texts.pop();
  return texts.map((text, at) => ({
    number: lineNumber(runs, at),
    text: text.endsWith("\r") ? text.slice(0, -1) : text,
  }));
}

/** The numbers of the lines. */
export function lineNumbers({ bytes, runs }: TextLines): Set<number> {
  let count = 0;
  for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, feed + 1)) count++;
  if (bytes.length > 0 && bytes[bytes.length - 1] !== LINE_FEED) count++;
  const numbers = new Set<number>();
  for (const [index, { at, number }] of runs.entries()) {
    const end = runs[index + 1]?.at ?? count;
    for (let line = at; line < end; line++) numbers.add(number + line - at);
  }
  return numbers;
}

/** The number of a line, by the last run that starts at it or before. */
export function lineNumber(runs: readonly LineRun[], line: number): number {
  let low = 0;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((runs[middle]?.at ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  const run = runs[low] ?? { at: 0, number: 1 };
  return run.number + line - run.at;
}

/**
 * The lines of a file, or pieces of very long lines, by index. They are decoded only when they are looked at: of most files,
 * none is.
 */
export class ScanText {
  readonly bytes: Uint8Array;
  /** How many lines or pieces there are. */
  readonly count: number;
  readonly #view: Buffer;
  readonly #starts: number[] = [];
  /** Empty when there are no pieces: then each line ends where the next one starts. */
  readonly #ends: number[] = [];
  /** The line of each piece; empty when there are no pieces, so that each index is that of a line. */
  readonly #lineOf: number[] = [];
  readonly #runs: readonly LineRun[];
  readonly #decoded = new Map<number, string>();
  /** The whole text if it is ASCII, as most are: slicing a line from it is faster than decoding the line. */
  readonly #ascii = lazy(() => (isAscii(this.#view) ? this.#view.toString("latin1") : undefined));
  /** Of the bytes that were looked for: the first place where they are, from an offset on. */
  readonly #places = new Map<Buffer, { readonly from: number; readonly place: number }>();
  /** The line that was looked at last: most rules look at the same one. */
  #lastAt = -1;
  #lastLine = "";

  constructor({ bytes, runs }: TextLines) {
    this.bytes = bytes;
    this.#view = bufferOf(bytes);
    this.#runs = runs;
    this.#split();
    this.count = this.#starts.length;
  }

  /** Where the line starts in {@link bytes}; after the last one, where the text ends. */
  start(at: number): number {
    return this.#starts[at] ?? this.bytes.length + 1;
  }

  /** Where the line ends, before its line feed and carriage return. */
  end(at: number): number {
    if (this.#ends.length > 0 || at >= this.count) return this.#ends[at] ?? this.bytes.length;
    const next = this.#starts[at + 1] ?? this.bytes.length + (this.bytes.at(-1) === LINE_FEED ? 0 : 1);
    return withoutReturn(this.bytes, this.start(at), next - 1);
  }

  /**
   * The last line that starts at an offset or before.
   * @param from a line that does
   */
  lineAt(offset: number, from: number): number {
    let line = from;
    while (line + 1 < this.#starts.length && (this.#starts[line + 1] as number) <= offset) line++;
    return line;
  }

  /** The text of a line, or an empty text when there is no such line. */
  line(at: number): string {
    if (at === this.#lastAt) return this.#lastLine;
    this.#lastLine = this.#decoded.get(at) ?? this.#decode(at);
    this.#lastAt = at;
    return this.#lastLine;
  }

  /** Whether a line has some bytes. It is not decoded for that, and fast when lines are asked about in order. */
  lineHas(at: number, bytes: Buffer): boolean {
    const start = this.start(at);
    let known = this.#places.get(bytes);
    if (!known || start < known.from || start > known.place) {
      const found = this.#view.indexOf(bytes, start);
      known = { from: start, place: found === -1 ? Number.POSITIVE_INFINITY : found };
      this.#places.set(bytes, known);
    }
    return known.place + bytes.length <= this.end(at);
  }

  /** Where characters of a line are in its text. @param offsets where they start in {@link bytes}, sorted */
  columnsOf(at: number, offsets: readonly number[]): number[] {
    let from = this.start(at);
    const isPlain = this.line(at).length === this.end(at) - from;
    let column = 0;
    return offsets.map((offset) => {
      column += isPlain ? offset - from : this.#view.toString("utf8", from, offset).length;
      from = offset;
      return column;
    });
  }

  /** The number of the line in its file, from 1. */
  numberOf(at: number): number {
    const line = this.#lineOf.length === 0 ? at : (this.#lineOf[at] ?? at);
    return lineNumber(this.#runs, line);
  }

  /** Whether the line follows the one before it in the file. */
  followsPrevious(at: number): boolean {
    return at > 0 && at < this.count && this.numberOf(at) - this.numberOf(at - 1) === 1;
  }

  /** Whether a very long line is in pieces, so that lines overlap. */
  get hasPieces(): boolean {
    return this.#lineOf.length > 0;
  }

  /** Whether it is a piece of a very long line. */
  isPiece(at: number): boolean {
    return this.hasPieces && this.end(at) - this.start(at) >= PIECE;
  }

  /** Of a piece that overlaps with the next one, how many bytes belong to it; otherwise all of them. */
  ownLength(at: number): number {
    const next = this.#starts[at + 1];
    return next !== undefined && next <= this.end(at) ? next - this.start(at) : Number.POSITIVE_INFINITY;
  }

  #decode(at: number): string {
    const start = this.#starts[at];
    if (start === undefined) return "";
    const whole = this.#ascii();
    if (whole !== undefined) return whole.slice(start, this.end(at));
    const text = this.#view.toString("utf8", start, this.end(at));
    this.#decoded.set(at, text);
    return text;
  }

  #split(): void {
    const { bytes } = this;
    for (let start = 0; start < bytes.length; ) {
      this.#starts.push(start);
      const feed = feedFrom(bytes, start);
      if (feed - start > LONG_LINE) {
        this.#splitWithPieces();
        return;
      }
      start = feed + 1;
    }
  }

  #splitWithPieces(): void {
    const { bytes } = this;
    this.#starts.length = 0;
    for (let start = 0, line = 0; start < bytes.length; line++) {
      const feed = feedFrom(bytes, start);
      const end = withoutReturn(bytes, start, feed);
      if (end - start > LONG_LINE) this.#splitLong(start, end, line);
      else this.#add(start, end, line);
      start = feed + 1;
    }
  }

  #splitLong(start: number, end: number, line: number): void {
    if (this.#lineOf.length === 0) for (let i = 0; i < this.#starts.length; i++) this.#lineOf.push(i);
    let from = start;
    for (; end - from > PIECE + OVERLAP; from += PIECE) this.#add(from, from + PIECE + OVERLAP, line, true);
    this.#add(from, end, line, true);
  }

  #add(start: number, end: number, line: number, pieces = false): void {
    this.#starts.push(start);
    this.#ends.push(end);
    if (pieces || this.#lineOf.length > 0) this.#lineOf.push(line);
  }
}

const CARRIAGE_RETURN = 13;

/** Where the line feed is after the line that starts at an offset; after the last line, where the text ends. */
function feedFrom(bytes: Uint8Array, start: number): number {
  const feed = bytes.indexOf(LINE_FEED, start);
  return feed === -1 ? bytes.length : feed;
}

/** Where a line ends before its carriage return, if it has one. */
function withoutReturn(bytes: Uint8Array, start: number, feed: number): number {
  return feed > start && bytes[feed - 1] === CARRIAGE_RETURN ? feed - 1 : feed;
}
