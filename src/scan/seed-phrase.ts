import type { Detector, RuleName } from "./detector.ts";
import { type Hit, RANK } from "./finding.ts";
import { exampleOf } from "./scan-input.ts";

const SEED_PHRASE_RULE: RuleName = { id: "seed-phrase", what: "the words that restore a wallet" };

/** How many lines after the one that mentions a wallet its words may be. */
const REACH = 3;

/** Words in a row, alone in their line or in quotes. All words of BIP-39 have three to eight letters. */
const IN_ROW =
  /(?:^[\s>*#/-]{0,20}|["'`])(?<words>[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23})(?=["'`]|[\s.]{0,8}$)/;

/** How many words there may be (BIP-39): with their checksum, they encode 128 bits to 256. */
const COUNTS = new Set([12, 15, 18, 21, 24]);

/** Short words of sentences; none of them is a word of BIP-39. */
const SENTENCE =
  /\b(?:the|and|for|are|not|was|but|his|her|its|our|from|been|were|them|than|does|did|has|had|which|who|how|why|each|some|these|those|per|via|may|should|could|would|your|while|their|most|after|with)\b/;

/**
 * Finds the words that restore a wallet: behind a name that says so, on a line of their own below it, and in prose. Without
 * the list of words, their number, their lengths and what is around them tell them from a sentence.
 */
export const seedPhraseDetector: Detector = {
  rules: [SEED_PHRASE_RULE],
  keywords: ["seed", "mnemonic", "recovery", "wallet", "backup phrase", "secret phrase"],
  find(input, at) {
    const { text, kind } = input;
    if (kind.tokensOnly || text.isPiece(at)) return [];
    for (let line = at; line <= at + REACH && line < text.count; line++) {
      const near = text.numberOf(line) - text.numberOf(at) <= REACH;
      const found = near ? phraseIn(text.line(line)) : undefined;
      if (!found || exampleOf(input, line) === "test") continue;
      const { id, what } = SEED_PHRASE_RULE;
      return [{ at: line, ...found, rule: id, what, rank: RANK.context }];
    }
    return [];
  },
};

function phraseIn(line: string): Pick<Hit, "start" | "end"> | undefined {
  const match = line.length > 2000 ? null : IN_ROW.exec(line);
  const words = match?.groups?.words;
  if (!match || words === undefined) return undefined;
  const each = words.split(/[ ,]+/);
  // Those of the examples in manuals repeat a few words.
  if (!COUNTS.has(each.length) || new Set(each).size < each.length - 2 || SENTENCE.test(words))
    return undefined;
  const start = match.index + match[0].lastIndexOf(words);
  return { start, end: start + words.length };
}
