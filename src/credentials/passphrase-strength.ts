import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { lazy } from "../common/lazy.ts";

/** A passphrase with fewer bits is weak (docs/security.md, "With read access to the repository"). */
export const WEAK_BITS = 50;

/** Code units that are looked at: the cost grows faster than the length, and no longer passphrase is weak. */
const MAX_LENGTH = 256;

const estimator = lazy(
  () => new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: MAX_LENGTH }),
);

/**
 * How strong a passphrase is by zxcvbn: the binary logarithm of the guesses of someone who tries common passwords, words,
 * names, dates and keyboard patterns first. An estimate, no bound: a sentence from a book is weaker than it says.
 *
 * @param known what the guesser knows, such as the custodian's name
 * @returns bits, rounded down
 */
export function passphraseBits(passphrase: string, known: readonly string[]): number {
  const { guessesLog10 } = estimator().check(passphrase.slice(0, MAX_LENGTH), [...known]);
  return Math.floor(guessesLog10 * Math.log2(10));
}
