import { splitSecretPath } from "../../store/secret-path.ts";

/** What the words of a line say about a secret; what is missing is asked for. */
export interface SecretWords {
  readonly domain: string | undefined;
  readonly secret: string | undefined;
  /** The words after those. */
  readonly rest: readonly string[];
}

/**
 * Reads `DOMAIN SECRET …` and `DOMAIN/SECRET …`, which are the same everywhere.
 *
 * With fewer words than the command takes, a first word with a slash is both names. It is never taken for the name of a
 * domain alone, whatever domains there are: anyone can add one to the store.
 *
 * @param byOption the domain, when an option gives it
 * @param words the arguments in their order
 * @param most how many arguments the command takes when each name is a word of its own
 */
export function readSecretWords(
  byOption: string | undefined,
  words: readonly string[],
  most: number,
): SecretWords {
  if (byOption !== undefined) return { domain: byOption, secret: words[0], rest: words.slice(1) };
  const path = words.length < most && words[0] !== undefined ? splitSecretPath(words[0]) : undefined;
  if (path) return { ...path, rest: words.slice(1) };
  return { domain: words[0], secret: words[1], rest: words.slice(2) };
}
