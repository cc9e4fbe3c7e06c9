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

/**
 * Compiles a regular expression in the syntax of RE2 (https://github.com/google/re2/wiki/Syntax), which takes linear time:
 * no expression can make it backtrack, and there are no back references and no looking around.
 *
 * @returns the reason, when it cannot be used
 */
export function compileLinear(source: string): LinearPattern | string {
  try {
    const pattern = RE2JS.compile(source);
    const size = pattern.programSize();
    if (size > MAX_PROGRAM) return "it is too large";
    return {
      matches: (text) => (text.length * size > MAX_STEPS ? undefined : pattern.matches(text)),
    };
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^error parsing regexp: /, "")
      : "it cannot be read";
  }
}
