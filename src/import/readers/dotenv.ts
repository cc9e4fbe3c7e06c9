import { displayName } from "../../common/terminal-safe.ts";
import { MAX_ENTRIES, type Note, type ReadEntry, type ReadResult } from "../entry.ts";
import { InvalidImportError, type LineProblem } from "../invalid-import.ts";
import { lastWins } from "../last-wins.ts";
import { quotedValue, unquotedValue, type Value } from "./dotenv-value.ts";

/** `NAME=`, with `export` or without. What the name may be is asked when it is imported. */
const ASSIGNMENT = /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=/y;
const IGNORED = /[ \t]*(?:#.*)?(?:\n|$)/y;
const BLANKS = /[ \t]*/y;
const REST_OF_LINE = /[^\n]*(?:\n|$)/y;

/**
 * Reads a dotenv file: `NAME=value`, `export NAME=value`, values bare or in single, double or back quotes, which may
 * hold line ends; comments; lines that end with LF or CRLF.
 *
 * There is no standard. What Node, npm's dotenv, docker compose, direnv and python-dotenv agree on is read in that way; where
 * they differ, the value is that of most of them, and a note says so (docs/formats.md). No reference is replaced.
 * A parser of our own: npm's `dotenv` and Node's `util.parseEnv` pass over what they cannot read and know no lines;
 * `@env-spec/parser` knows lines, but not names with `-`, line ends in quotes, or values like `a(b)`.
 *
 * @param text without a byte order mark
 * @param file its name, for messages
 * @throws InvalidImportError with every line that cannot be read
 */
export function readDotenv(text: string, file: string): ReadResult {
  const { entries, notes, problems } = scan(text.replaceAll("\r\n", "\n"));
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  return lastWins(entries, notes, file);
}

/** Of a file that is something else, not every line is named. */
const MAX_PROBLEMS = 1000;

interface Scanned {
  readonly entries: readonly ReadEntry[];
  readonly notes: readonly Note[];
  readonly problems: readonly LineProblem[];
}

function scan(text: string): Scanned {
  const entries: ReadEntry[] = [];
  const notes: Note[] = [];
  const problems: LineProblem[] = [];
  let [at, line] = [0, 1];
  const advance = (to: number): void => {
    for (let end = text.indexOf("\n", at); end !== -1 && end < to; end = text.indexOf("\n", end + 1)) line++;
    at = to;
  };
  while (at < text.length && entries.length <= MAX_ENTRIES && problems.length < MAX_PROBLEMS) {
    const ignored = endOf(IGNORED, text, at);
    if (ignored !== undefined) {
      advance(ignored);
      continue;
    }
    const problem = (message: string): void => {
      problems.push({ line, message });
      advance(endOf(REST_OF_LINE, text, at) ?? text.length);
    };
    ASSIGNMENT.lastIndex = at;
    const name = ASSIGNMENT.exec(text)?.[1];
    if (name === undefined) {
      problem(notAnAssignment(text, at));
      continue;
    }
    const value = valueAt(text, ASSIGNMENT.lastIndex);
    if (typeof value === "string") {
      problem(`"${displayName(name)}" ${value}`);
      continue;
    }
    entries.push({ name, value: value.text, line });
    if (value.ambiguous || isAmbiguousStart(text.slice(at, ASSIGNMENT.lastIndex), name))
      notes.push({ kind: "ambiguous", name, line });
    advance(value.end);
  }
  return { entries, notes, problems };
}

/**
 * Node takes tabs for a part of the name or the value, and a second blank behind `export` for a part of the name;
 * python-dotenv takes a name `export` for the word.
 */
const isAmbiguousStart = (start: string, name: string): boolean =>
  start.includes("\t") || /^ *export {2}/.test(start) || name === "export";

/** @param start the offset after the equals sign. @returns what is wrong, where it cannot be read */
function valueAt(text: string, start: number): Value | string {
  BLANKS.lastIndex = start;
  const quote = start + (BLANKS.exec(text)?.[0].length ?? 0);
  const value = /['"`]/.test(text[quote] ?? "")
    ? quotedValue(text, start, quote)
    : unquotedValue(text, start);
  if (typeof value === "string") return value;
  if (value.text.includes("\r")) return "has a carriage return, which some programs take for a line end";
  return value;
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Never with the line's text: it may be the rest of a secret that lost its quotes. */
function notAnAssignment(text: string, at: number): string {
  REST_OF_LINE.lastIndex = at;
  const line = (REST_OF_LINE.exec(text)?.[0] ?? "").trimEnd();
  if (/^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*:(?:[ \t]|$)/.test(line))
    return "has a colon where an equals sign must be";
  if (/^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*$/.test(line)) return "has a name without a value";
  if (line.includes("=")) return "has no valid name before the equals sign";
  return "is not of the form NAME=value";
}
