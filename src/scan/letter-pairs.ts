/**
 * How common each pair of letters is in the words of identifiers and prose, compared with letters drawn at random: a row for
 * each first letter, a hexadecimal digit for each second letter. The digit is 2 × (log2 of the ratio + 4), so 8 is as
 * common as chance. Counted over the words of a few public projects in five languages.
 */
const PAIRS = [
  "9bbb58a7b7aecf5a5ecea87497",
  "c432a004a20a10a00852900040",
  "c163b10ca09921c2085a800050",
  "b436d336c31625a20773831041",
  "b7bd9895959cae694fec786966",
  "90218710a00700900834700030",
  "b400b066912726910952914030",
  "c011b000a01533a10637702030",
  "b9cab8a457acafc83bdc493579",
  "a0019000600000700050700000",
  "c001a005b04624a20676934040",
  "d447e543d44b43c40088941090",
  "d913c103b12573ba1263812040",
  "d3adc7e4c77548b423cd864084",
  "78996684768bbe9a2dbaa88344",
  "c041c117a00900b80b68800020",
  "40000000100300100000800000",
  "e789e573d37797c608baa64072",
  "b392d42ac1b766a945ada45063",
  "d172e43ae13744c40ba8a24184",
  "98778484847a9c481cba434335",
  "a020b000a00100700410300010",
  "a0009004800104600540300030",
  "40305000500010260005000200",
  "90338000502346650563502001",
  "82018000800101500000300021",
];

const SCORES = Int8Array.from(PAIRS.join(""), (digit) => Number.parseInt(digit, 16) - 8);
const NO_LETTER = -1;

function letterAt(text: string, at: number): number {
  const unit = text.charCodeAt(at) | 32;
  return unit >= 97 && unit <= 122 ? unit - 97 : NO_LETTER;
}

/** How common a pair of characters is in half bits, compared with chance; one that is not of letters counts as common. */
export function letterPair(text: string, at: number): number {
  const first = letterAt(text, at);
  const second = letterAt(text, at + 1);
  return first === NO_LETTER || second === NO_LETTER ? 3 : (SCORES[first * 26 + second] ?? 0);
}

/** How much a text looks like words. */
export interface WordScore {
  /** Mean over the pairs of neighbouring letters, in half bits: words have 1 to 4, random letters about -3. */
  readonly mean: number;
  /** How many pairs there are; below about eight, the mean says little. */
  readonly pairs: number;
}

/** @param text ASCII letters count, without regard to case; everything else separates words */
export function wordScore(text: string): WordScore {
  let sum = 0;
  let pairs = 0;
  let before = NO_LETTER;
  for (let i = 0; i < text.length; i++) {
    const letter = letterAt(text, i);
    if (letter !== NO_LETTER && before !== NO_LETTER) {
      sum += SCORES[before * 26 + letter] ?? 0;
      pairs++;
    }
    before = letter;
  }
  return { mean: pairs === 0 ? 0 : sum / pairs, pairs };
}

/** The mean from which a text is words. One random text of 17 letters in 300 reaches it. */
const WORDS = 0.7;
/** Of fewer pairs, the mean varies more: for each of them it has to be higher by this. */
const ENOUGH_PAIRS = 16;
const FOR_EACH_MISSING = 0.12;
const FEW_PAIRS = 7;

/** Whether most of a text is words, as in `mySecretTokenForTests` or `prod-billing-service`. */
export function looksLikeWords(text: string): boolean {
  const { mean, pairs } = wordScore(text);
  const least = WORDS + FOR_EACH_MISSING * Math.max(0, ENOUGH_PAIRS - pairs);
  return pairs >= FEW_PAIRS && pairs * 2 >= text.length && mean >= least;
}

/** Whether the letters of a text are so unlike words that they were drawn at random. */
export function lettersLookRandom(text: string): boolean {
  const { mean, pairs } = wordScore(text);
  return pairs >= FEW_PAIRS && mean <= -1.2;
}
