import { matchesSequence } from "../common/match-sequence.ts";
import { bracketAt } from "./ignore-bracket.ts";

/** Whether a part of a name matches a character. */
type CharacterTest = (character: string) => boolean;

/** A part of the pattern of a name: a character in lower case, some characters, or any number of any. */
type NamePart = string | CharacterTest | typeof ANY_NUMBER;
/** The pattern of one name of a path, or of any number of names. */
type PathPart = readonly NamePart[] | typeof ANY_NUMBER;

const ANY_NUMBER: unique symbol = Symbol("any number");
const ANY_NAME: readonly NamePart[] = [ANY_NUMBER];

/** A line of an ignore file. */
export interface IgnorePattern {
  /** Whether it takes back what earlier lines ignore. */
  readonly negated: boolean;
  /**
   * For a path's name and each directory above it, from the top, whether the pattern matches it. The time grows with the product
   * of the lengths of the pattern and the path: both are a stranger's.
   */
  matches(names: readonly (readonly string[])[]): readonly boolean[];
}

/**
 * Reads a pattern as gitignore(5) defines it, in any case.
 *
 * @returns `undefined` for one that matches nothing
 */
export function parseIgnorePattern(line: string): IgnorePattern | undefined {
  const text = withoutTrailingSpaces(line);
  const negated = text.startsWith("!");
  const given = negated ? text.slice(1) : text;
  const ofDirectories = given.endsWith("/");
  const pattern = ofDirectories ? given.slice(0, -1) : given;
  const parts = pattern === "" ? undefined : partsOf(pattern.startsWith("/") ? pattern.slice(1) : pattern);
  if (!parts || (text.startsWith("#") && !negated)) return undefined;
  const anywhere = !pattern.includes("/");
  const path: readonly PathPart[] = anywhere ? [ANY_NUMBER, ...parts.map(asName)] : withNameInside(parts);
  return {
    negated,
    matches(names) {
      const found = matchedPrefixes(path, names);
      return ofDirectories ? found.with(names.length - 1, false) : found;
    },
  };
}

function withoutTrailingSpaces(line: string): string {
  const trimmed = line.replace(/ +$/, "");
  const backslashes = /\\*$/.exec(trimmed)?.[0].length ?? 0;
  return backslashes % 2 === 1 && trimmed.length < line.length ? `${trimmed} ` : trimmed;
}

/** @returns `undefined` for a pattern that matches nothing: a bracket that is not closed, or a backslash at the end */
function partsOf(pattern: string): readonly PathPart[] | undefined {
  const parts: PathPart[] = [];
  let name: NamePart[] = [];
  let isOfStars = true;
  const characters = [...pattern];
  const endName = (): void => {
    parts.push(isOfStars && name.length > 1 ? ANY_NUMBER : name);
    name = [];
    isOfStars = true;
  };
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === "/") {
      endName();
      continue;
    }
    isOfStars &&= character === "*";
    if (character === "*") name.push(ANY_NUMBER);
    else if (character === "?") name.push(() => true);
    else if (character === "[") {
      const bracket = bracketAt(characters, at);
      if (!bracket) return undefined;
      name.push(bracket.matches);
      at = bracket.end;
    } else if (character === "\\") {
      const escaped = characters[++at];
      if (escaped === undefined) return undefined;
      if (escaped === "/") endName();
      else name.push(escaped.toLowerCase());
    } else name.push(character.toLowerCase());
  }
  endName();
  return parts;
}

/** `**` without a slash is `*`. */
function asName(part: PathPart): PathPart {
  return part === ANY_NUMBER ? ANY_NAME : part;
}

/** `a/**` is everything in `a`, and not `a`. */
function withNameInside(parts: readonly PathPart[]): readonly PathPart[] {
  return parts.at(-1) === ANY_NUMBER ? [...parts.slice(0, -1), ANY_NAME, ANY_NUMBER] : parts;
}

/** Whether the pattern matches the first name, the first two, and so on: all places in the pattern are followed at once. */
function matchedPrefixes(pattern: readonly PathPart[], names: readonly (readonly string[])[]): boolean[] {
  let places = reachable(pattern, new Set([0]));
  return names.map((name) => {
    const next = new Set<number>();
    for (const place of places) {
      const part = pattern[place];
      if (part === ANY_NUMBER) next.add(place);
      else if (part !== undefined && matchesName(part, name)) next.add(place + 1);
    }
    places = reachable(pattern, next);
    return places.has(pattern.length);
  });
}

/** The places, and those that are reached when a wildcard takes no name. */
function reachable(pattern: readonly PathPart[], places: Set<number>): Set<number> {
  // A set is walked through with what is added meanwhile.
  for (const place of places) if (pattern[place] === ANY_NUMBER) places.add(place + 1);
  return places;
}

function matchesName(parts: readonly NamePart[], name: readonly string[]): boolean {
  return matchesSequence(
    parts,
    name,
    (part) => part === ANY_NUMBER,
    (part, character) => (typeof part === "function" ? part(character) : part === character.toLowerCase()),
  );
}
