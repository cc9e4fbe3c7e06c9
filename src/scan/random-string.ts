import type { Detector, RuleName } from "./detector.ts";
import { classChanges, shannonEntropy } from "./entropy.ts";
import { type Hit, RANK } from "./finding.ts";
import { looksLikeWords } from "./letter-pairs.ts";
import { hasLongValue, LONG_RUN } from "./long-run.ts";
import { isPlaceholder } from "./placeholder.ts";
import { exampleOf } from "./scan-input.ts";

export const RANDOM_STRING_RULE: RuleName = { id: "random-string", what: "a generated key or token" };

/** A whole quoted string, or a whole value, of the base64 alphabets: 24 characters (144 bits) and more. */
const STRING = /(?<=["'`=]|[:=] )(?<value>[A-Za-z0-9+/_-]{24,128}={0,2})(?=["'`]|\s*$)/g;
const QUOTED = /(["'`])(?<value>[A-Za-z0-9+/_-]{24,128}={0,2})\1/g;

/** Lines that say what their random-looking text is: a checksum, a public value, data. */
const EXPLAINED =
  /integrity|checksum|sha-?(?:1|224|256|384|512)|\bsha\b|md5|hash|digest|fingerprint|thumbprint|public|pub_?key|\bcert|signature|etag|nonce|uuid|guid|revision|commit|data:|base64,|wasm|charset|alphabet|encod|decod|expect|assert|id["']?\s*[:=]|marker|next_?(?:page_?)?token|cursor|websocket|csrf|hidden|authenticity|cid\b|chunk|version|address|contract|0x|@generated|eslint|import |require\(|from ["']|url|href|src=|class(?:name)?=|module|polyfill|font|icon|glyph|path|descriptor|example|verif|challenge|=> ["']|\b(?:[xyneb]|bh)["']?\s*[:=]|(?:site|sort|partition|row|range)_?key|application_?server_?key|vapid|analytics\.load|encrypted|publishable|\b(?:ipfs|dkim|secure)\b/i;
/** Identifiers that services give to objects: `pm_…`, `cus_…`. */
const OBJECT_ID =
  /^(?:pm|cus|ch|pi|in|ii|sub|si|prod|price|evt|acct|txn|re|card|src|seti|cs|ba|po|tr|il|inv|ord|req|py|dp|fee|file|link|plan|promo|qt|we|cn|cbtxn|user|usr|org|team|proj|msg|run|thread|asst|call|chatcmpl|resp|item|batch)_(?:test_|live_)?[A-Za-z0-9]{14,64}$/;

const HEX = /^[0-9a-fA-F-]+$/;
/** Six letters of one case in a row. In a random string of 40 characters the chance of that is 1 in 100. */
const HAS_WORDS = /[a-z]{6}|[A-Z]{6}/;

/**
 * Finds strings that look random, with no name that says what they are. Hexadecimal strings are left out: nearly all of them
 * are checksums and object ids, and only a name distinguishes a key from those.
 */
export const randomStringDetector: Detector = {
  rules: [RANDOM_STRING_RULE],
  keywords: [LONG_RUN],
  find(input, at) {
    if (input.kind.tokensOnly || input.text.isPiece(at)) return [];
    if (input.kind.isExample) return [];
    const { bytes } = input.text;
    // Most lines have none, and this is tested faster.
    if (!hasLongValue(bytes, input.text.start(at), input.text.end(at))) return [];
    const line = input.text.line(at);
    const pattern = input.kind.bareValues ? STRING : QUOTED;
    const hits: Hit[] = [];
    for (const match of line.matchAll(pattern)) {
      const value = match.groups?.value ?? "";
      if (
        !looksDrawn(value) ||
        OBJECT_ID.test(value) ||
        EXPLAINED.test(line) ||
        exampleOf(input, at) !== undefined
      )
        continue;
      if (isOneOfMany(input.text.line(at - 1), input.text.line(at + 1))) continue;
      const start = line.indexOf(value, match.index);
      const { id, what } = RANDOM_STRING_RULE;
      hits.push({ at, start, end: start + value.length, rule: id, what, rank: RANK.entropy });
    }
    return hits;
  },
};

/** Approximately the entropy that `length` random characters of base64 are certain to reach. */
function leastEntropy(length: number): number {
  return Math.min(4.9, 0.82 * Math.log2(Math.min(length, 64)));
}

function looksDrawn(value: string): boolean {
  if (HEX.test(value) || HAS_WORDS.test(value)) return false;
  if (!/[0-9]/.test(value) || !/[a-z]/.test(value) || !/[A-Z]/.test(value)) return false;
  if (shannonEntropy(value) < leastEntropy(value.length) || looksLikeWords(value)) return false;
  return classChanges(value) >= 0.3 && !isPlaceholder(value) && !encodesText(value);
}

/** Which part of the bytes of an encoded text, such as a protobuf descriptor, is printable; of a key it is 37 %. */
const PRINTABLE = 0.62;

function encodesText(value: string): boolean {
  const bytes = Buffer.from(value, "base64");
  let printable = 0;
  for (const byte of bytes) if (byte >= 0x20 && byte < 0x7f) printable++;
  return printable >= PRINTABLE * bytes.length;
}

/** A line of data among others: one long string and nothing else. */
const DATA_LINE = /^\s*["'`][A-Za-z0-9+/_=-]{24,}["'`][\s,+.;)]*$/;

function isOneOfMany(before: string, after: string): boolean {
  return DATA_LINE.test(before) || DATA_LINE.test(after);
}
