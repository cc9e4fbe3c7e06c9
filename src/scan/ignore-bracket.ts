/** Git's own, of ASCII alone (its sane-ctype.h). A bracket never matches a slash. */
const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[^ -~\u0080-\u{10ffff}]/u,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/** A bracket expression of a pattern, such as `[a-z]`. */
export interface Bracket {
  /** The index of its end. */
  readonly end: number;
  /** Whether it matches a character, ignoring case. */
  matches(character: string): boolean;
}

/**
 * Reads a bracket expression as git's wildmatch does.
 *
 * @param start the index of its `[`
 * @returns `undefined` where it is not closed, or names a class that there is not
 */
export function bracketAt(pattern: readonly string[], start: number): Bracket | undefined {
  const negated = pattern[start + 1] === "!" || pattern[start + 1] === "^";
  const tests: ((character: string) => boolean)[] = [];
  // What a range may begin with.
  let before: string | undefined;
  const first = start + (negated ? 2 : 1);
  for (let at = first; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (character === "]" && at > first) return { end: at, matches: inAnyCase(tests, negated) };
    const name = character === "[" && pattern[at + 1] === ":" ? classAt(pattern, at + 2) : undefined;
    if (character === "-" && before !== undefined && pattern[at + 1] !== "]") {
      const from = before;
      at += pattern[at + 1] === "\\" ? 2 : 1;
      const to = pattern[at];
      if (to === undefined) return undefined;
      tests.push((each) => from <= each && each <= to);
      before = undefined;
    } else if (name !== undefined) {
      const known = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
      if (!known) return undefined;
      tests.push((each) => known.test(each));
      before = undefined;
      at += name.length + 3;
    } else {
      if (character === "\\") at++;
      const member = pattern[at];
      if (member === undefined) return undefined;
      tests.push((each) => each === member);
      before = member;
    }
  }
  return undefined;
}

/** @returns the name of a class that ends with `:]` */
function classAt(pattern: readonly string[], start: number): string | undefined {
  const end = pattern.indexOf("]", start);
  return end > start && pattern[end - 1] === ":" ? pattern.slice(start, end - 1).join("") : undefined;
}

function inAnyCase(
  tests: readonly ((character: string) => boolean)[],
  negated: boolean,
): (character: string) => boolean {
  return (character) => {
    const cases = [character, character.toLowerCase(), character.toUpperCase()];
    return tests.some((test) => cases.some(test)) !== negated;
  };
}
