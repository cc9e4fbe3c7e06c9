import type { PatternSource } from "../../src/redact/automaton.ts";
import type { Automata } from "../../src/redact/automaton-builder.ts";
import type { Pattern } from "../../src/redact/pattern.ts";
import { firstWindow } from "../../src/redact/window-table.ts";

/** A text in Latin-1 to search for, in one of the views, and the number of its secret. */
export interface Searched {
  readonly kind: keyof Automata;
  readonly text: string;
  readonly secret: number;
}

/** Some patterns, as the builder takes them. */
export function fixedPatterns(patterns: readonly Pattern[]): PatternSource {
  return {
    beginnings(report) {
      for (const { stem } of patterns) report(firstWindow(stem), Buffer.byteLength(stem));
    },
    patterns: () => patterns,
  };
}

const MAX_GAP = 4096;
const DATA_LINE = /[A-Za-z0-9+/_-]{16}$/;
const ESCAPE_SEQUENCE =
  /\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]?|[PX\]^_][^\x00-\x1f]*(?:\x07|\x1b\\)?|[\x20-\x2f]+[\x30-\x7e]?|[\x30-\x7e])?/y;

/** Bytes of the stream that a view shows in a row, and where they are. */
interface Segment {
  text: string;
  readonly offsets: number[];
}

interface Found {
  readonly start: number;
  readonly end: number;
  readonly secret: number;
  /** It is a further piece of a match. */
  readonly continued: boolean;
  /** Where the match starts. */
  readonly origin: number;
}

/**
 * Redacts a whole text (in Latin-1) by definition: all matches in each view, the leftmost and longest first.
 * It shares no code with the redactor, and takes quadratic time.
 */
export function slowlyRedacted(
  all: readonly Searched[],
  text: string,
  marker: (secret: number) => string,
): string {
  let out = "";
  let done = 0;
  let last: number | undefined;
  for (const { start, end, secret, continued } of allMatches(all, text)) {
    if (end <= done) continue;
    out += text.slice(done, Math.max(done, start));
    if (!(secret === last && (continued || start < done))) out += marker(secret);
    done = end;
    last = secret;
  }
  return out + text.slice(done);
}

/** The bytes that are part of no match, in order. */
export function uncovered(all: readonly Searched[], text: string): string {
  const covered = new Uint8Array(text.length);
  for (const { start, end } of allMatches(all, text)) covered.fill(1, start, end);
  return [...text].filter((_, at) => covered[at] === 0).join("");
}

function allMatches(all: readonly Searched[], text: string): Found[] {
  const { hidden, cuts } = escapesIn(text);
  const lines = breaksIn(text, hidden);
  const raw = segments(text, [], new Set());
  const shown = segments(text, hidden, cuts);
  const skipped = hidden.map((is, at) => is || lines[at] !== undefined);
  const joined = segments(
    text,
    skipped,
    new Set([...cuts, ...longRuns(skipped), ...otherEscapes(text, hidden)]),
  );
  const found: Found[] = [];
  for (const { kind, text: pattern, secret } of all) {
    for (const view of new Set([raw, kind === "text" ? shown : joined])) {
      for (const { text: within, offsets } of view) {
        for (let at = within.indexOf(pattern); at !== -1; at = within.indexOf(pattern, at + 1)) {
          const match = offsets.slice(at, at + pattern.length);
          const [origin = 0] = match;
          const end = (match.at(-1) as number) + 1;
          if (view === raw) found.push({ start: origin, end, secret, continued: false, origin });
          else {
            const start = view === joined ? seen(match, lines) : origin;
            found.push(...piecesOf(start, end, hidden).map((piece) => ({ ...piece, secret, origin })));
          }
        }
      }
    }
  }
  return found.sort(
    (a, b) => a.start - b.start || b.end - a.end || a.origin - b.origin || a.secret - b.secret,
  );
}

/** Which bytes are of escape sequences, and after which of them a match cannot go on. */
function escapesIn(text: string): { hidden: boolean[]; cuts: Set<number> } {
  const hidden: boolean[] = Array(text.length).fill(false);
  const cuts = new Set<number>();
  let run = 0;
  for (let at = 0; at < text.length; ) {
    ESCAPE_SEQUENCE.lastIndex = at;
    const length = ESCAPE_SEQUENCE.exec(text)?.[0].length ?? 0;
    const taken = Math.min(length, MAX_GAP - run);
    hidden.fill(true, at, at + taken);
    at += taken || 1;
    run = length === 0 ? 0 : run + taken;
    if (run === MAX_GAP) {
      cuts.add(at - 1);
      run = 0;
    }
  }
  return { hidden, cuts };
}

/** By byte of a line break: whether the line before looks like encoded data. */
function breaksIn(text: string, hidden: readonly boolean[]): (boolean | undefined)[] {
  const lines: (boolean | undefined)[] = [];
  let current: boolean | undefined;
  let before = "";
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] as string;
    if (hidden[at]) continue;
    const goesOn = before === "\\" ? "nr" : " \t";
    if ("\n\r\\".includes(byte)) current ??= DATA_LINE.test(text.slice(Math.max(0, at - 16), at));
    else if (!goesOn.includes(byte)) current = undefined;
    lines[at] = current;
    before = byte;
  }
  return lines;
}

/** Backslashes before something that is not written for a line end or `/`, nor is one. */
function otherEscapes(text: string, hidden: readonly boolean[]): number[] {
  const shown = [...text].flatMap((byte, at) => (hidden[at] ? [] : [{ byte, at }]));
  return shown.flatMap(({ byte, at }, index) => {
    const next = shown[index + 1]?.byte;
    return byte === "\\" && next !== undefined && !"nr/\\\n\r".includes(next) ? [at] : [];
  });
}

/** Each {@link MAX_GAP}th byte of a run of skipped ones. */
function longRuns(skipped: readonly boolean[]): number[] {
  let run = 0;
  return skipped.flatMap((is, at) => {
    run = is ? run + 1 : 0;
    return run > 0 && run % MAX_GAP === 0 ? [at] : [];
  });
}

function segments(text: string, skipped: readonly boolean[], cuts: ReadonlySet<number>): Segment[] {
  const all: Segment[] = [{ text: "", offsets: [] }];
  for (let at = 0; at < text.length; at++) {
    const segment = all.at(-1) as Segment;
    if (!skipped[at]) {
      segment.text += text[at];
      segment.offsets.push(at);
    }
    if (cuts.has(at)) all.push({ text: "", offsets: [] });
  }
  return all;
}

/** Where a match of digits starts, without up to three digits at the end of a line that does not look like data. */
function seen(match: readonly number[], lines: readonly (boolean | undefined)[]): number {
  let start = match[0] as number;
  for (let index = 1; index < Math.min(4, match.length); index++) {
    const [before = 0, after = 0] = [match[index - 1], match[index]];
    const between = lines.slice(before + 1, after);
    const last = between.findLastIndex((line) => line !== undefined);
    if (last !== -1 && between[last] === false) start = before + 1 + last + 1;
  }
  return start;
}

/** What of a range is not hidden. */
function piecesOf(
  start: number,
  end: number,
  hidden: readonly boolean[],
): Omit<Found, "secret" | "origin">[] {
  const pieces: Omit<Found, "secret" | "origin">[] = [];
  for (let at = start; at < end; ) {
    if (hidden[at]) {
      at++;
      continue;
    }
    const next = hidden.indexOf(true, at);
    const to = next === -1 || next > end ? end : next;
    pieces.push({ start: at, end: to, continued: pieces.length > 0 });
    at = to;
  }
  return pieces;
}
