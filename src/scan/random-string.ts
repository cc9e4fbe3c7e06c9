import { classChanges, shannonEntropy } from "./entropy.ts";
import { type Hit, RANK } from "./finding.ts";
import { patternFilter } from "./keyword-filter.ts";
import { isPlaceholder } from "./placeholder.ts";
import { LONG_LINE, type ScanInput } from "./scan-input.ts";

export const RANDOM_STRING_RULE = { id: "random-string", what: "a generated key or token" } as const;

/** A whole quoted string, or a whole value, of the base64 alphabets: 32 characters (192 bits) and more. */
const STRING =
  /(?<=["'`=]|[:=] )(?<![A-Za-z0-9+/_-][:=] ?)(?<value>[A-Za-z0-9+/_-]{32,128}={0,2})(?=["'`]|\s*$)/g;
const QUOTED = /(["'`])(?<value>[A-Za-z0-9+/_-]{32,128}={0,2})\1/g;

/** Whether a line can have one; cheaper than {@link QUOTED}. */
const candidateLines = patternFilter(/["'`=][a-z0-9+/_-]{32}/g);

/** Lines that say what their random-looking text is: a checksum, a public value, data. */
const EXPLAINED =
  /integrity|checksum|sha-?(?:1|224|256|384|512)|\bsha\b|md5|hash|digest|fingerprint|thumbprint|public|pub_?key|\bcert|signature|etag|nonce|uuid|guid|revision|commit|data:|base64,|wasm|charset|alphabet|encod|decod|expect|assert|id["']?\s*[:=]|marker|next_?token|cid\b|chunk|version|address|contract|0x|@generated|eslint|import |require\(|from ["']|url|href|src=|class(?:name)?=|module|polyfill|font|icon|glyph|path/i;

const HEX = /^[0-9a-fA-F-]+$/;
/** Six letters of one case in a row. In a random string of 40 characters the chance of that is 1 in 100. */
const HAS_WORDS = /[a-z]{6}|[A-Z]{6}/;

/**
 * Finds strings that look random, with no name that says what they are. Hexadecimal strings are left out: nearly all of them
 * are checksums and object ids, and only a name tells a key from those.
 */
export function randomStringHits(scanned: ScanInput): Hit[] {
  if (scanned.kind.tokensOnly || scanned.kind.isExample) return [];
  const hits: Hit[] = [];
  for (const at of candidateLines.lines(scanned.lowered)) {
    const text = scanned.lines[at]?.text ?? "";
    if (text.length > LONG_LINE || EXPLAINED.test(text)) continue;
    const pattern = scanned.kind.bareValues ? STRING : QUOTED;
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const value = match.groups?.value ?? "";
      if (!looksGenerated(value)) continue;
      const start = text.indexOf(value, match.index);
      const { id, what } = RANDOM_STRING_RULE;
      hits.push({ at, start, end: start + value.length, rule: id, what, rank: RANK.entropy });
    }
  }
  return hits;
}

/** Approximately the entropy that `length` random characters of base64 are certain to reach. */
function leastEntropy(length: number): number {
  return Math.min(4.9, 0.82 * Math.log2(Math.min(length, 64)));
}

function looksGenerated(value: string): boolean {
  if (HEX.test(value) || HAS_WORDS.test(value)) return false;
  if (!/[0-9]/.test(value) || !/[a-z]/.test(value) || !/[A-Z]/.test(value)) return false;
  if (shannonEntropy(value) < leastEntropy(value.length)) return false;
  return classChanges(value) >= 0.3 && !isPlaceholder(value);
}
