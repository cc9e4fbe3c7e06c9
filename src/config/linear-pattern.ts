import { RE2JS } from "re2js";

/**
 * Steps of matching, as the size of the pattern's program times the length of the text. Matching takes time in
 * proportion to that, and no longer: about a second.
 */
const MAX_STEPS = 10_000_000;
/** Compiling `(a{1000})` takes time too. */
const MAX_PROGRAM = 5_000;

/** A regular expression of a stranger. */
export interface LinearPattern {
  /** Whether the whole text matches. @returns `undefined` when the text is too long for this pattern */
  matches(text: string): boolean | undefined;
}

/** A regular expression of a stranger that is searched for in lines. */
export interface LinePattern {
  /** How many instructions it has; searching takes time in proportion to that, and to the length of the text. */
  readonly size: number;
  /** Whether a line of a text may match. `false` is certain. */
  mayMatch(lines: string): boolean;
  /** Every match in a line that is not empty, from left to right, as UTF-16 offsets. */
  matches(line: string): readonly { readonly start: number; readonly end: number }[];
}

/** Of one line, so many matches count. */
const MAX_MATCHES = 100;
/** Anchors and flags that would mean something else in a text of several lines. */
const NOT_BY_LINE = /\\[Az]|\(\?[a-zA-Z]*-/;

/**
 * Compiles a regular expression in the syntax of RE2 to search lines for it.
 *
 * @returns the reason, when it cannot be used
 */
export function compileLinePattern(source: string): LinePattern | string {
  const pattern = compile(source);
  if (typeof pattern === "string") return pattern;
  if (pattern.test("")) return "it matches an empty line";
  const inLines = NOT_BY_LINE.test(source) ? undefined : RE2JS.compile(source, RE2JS.MULTILINE);
  return {
    size: pattern.programSize(),
    mayMatch: (lines) => inLines === undefined || lines.includes("\r") || inLines.test(lines),
    matches(line) {
      if (!pattern.test(line)) return [];
      const found: { start: number; end: number }[] = [];
      const matcher = pattern.matcher(line);
      while (found.length < MAX_MATCHES && matcher.find()) {
        const [start, end] = [matcher.start(), matcher.end()];
        if (end > start) found.push({ start, end });
      }
      return found;
    },
  };
}

/**
 * Compiles a regular expression in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax), which takes linear time:
 * no expression can make it backtrack, and there are no back references and no looking around.
 *
 * @returns the reason, when it cannot be used
 */
export function compileLinear(source: string): LinearPattern | string {
  const pattern = compile(source);
  if (typeof pattern === "string") return pattern;
  const size = pattern.programSize();
  return { matches: (text) => (text.length * size > MAX_STEPS ? undefined : pattern.matches(text)) };
}

function compile(source: string): RE2JS | string {
  try {
    const pattern = RE2JS.compile(source);
    return pattern.programSize() > MAX_PROGRAM ? "it is too large" : pattern;
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^error parsing regexp: /, "")
      : "it cannot be read";
  }
}
