import { withoutFtl } from "../common/without-ftl.ts";
import { PEM_LOOKAHEAD } from "./checks.ts";
import { looksChosen, looksChosenForUse } from "./chosen-password.ts";
import type { Detector } from "./detector.ts";
import { looksGenerated, shannonEntropy } from "./entropy.ts";
import { type Hit, RANK } from "./finding.ts";
import { isFakeToken, isPlaceholder } from "./placeholder.ts";
import { isPublishedExample } from "./published-examples.ts";
import type { Rule } from "./rule.ts";
import { regexRules } from "./rules/index.ts";
import { exampleOf, type ScanInput } from "./scan-input.ts";

/** A detector for each rule with a regular expression. */
export const regexDetectors: readonly Detector[] = regexRules.map((rule) => ({
  rules: [rule],
  keywords: rule.keywords,
  inRun: rule.inRun ?? false,
  has: rule.has === undefined ? undefined : Buffer.from(rule.has),
  find: (input, at) => ruleHits(rule, input, at),
}));

const NO_HITS: readonly Hit[] = [];

/** Nearly always there are none, and this is all that is done. */
function ruleHits(rule: Rule, input: ScanInput, at: number): readonly Hit[] {
  const { text, kind } = input;
  if (rule.kind === "context" && (kind.tokensOnly || (text.isPiece(at) && !kind.isData))) return NO_HITS;
  const line = text.line(at);
  if (rule.quick && !rule.quick.test(line)) return NO_HITS;
  if (rule.line && !rule.line.test(line)) return NO_HITS;
  rule.pattern.lastIndex = 0;
  const match = rule.pattern.exec(line);
  return match ? plausibleHits(rule, input, at, match) : NO_HITS;
}

/** @param first the first match in the line */
function plausibleHits(rule: Rule, input: ScanInput, at: number, first: RegExpExecArray): Hit[] {
  const { text } = input;
  const line = text.line(at);
  const hits: Hit[] = [];
  for (let match: RegExpExecArray | null = first; match; match = rule.pattern.exec(line)) {
    const groups = match.groups ?? {};
    const secret = groups.secret ?? groups.double ?? groups.single ?? match[0];
    if (match[0] === "") rule.pattern.lastIndex++;
    const after = match.index + match[0].length;
    const following = () => [line.slice(after), ...followingLines(input, at)];
    if (!isPlausible(rule, input, at, { secret, groups, following })) continue;
    const start = line.indexOf(secret, match.index);
    if (start >= text.ownLength(at)) continue;
    hits.push({
      at,
      start,
      end: start + secret.length,
      rule: rule.id,
      what: rule.what,
      rank: rule.kind === "token" ? RANK.token : RANK.context,
      ...(rule.id === "private-key" ? { through: lastLineOfKey(input, at) } : {}),
    });
  }
  return hits;
}

interface Match {
  readonly secret: string;
  readonly groups: Readonly<Record<string, string | undefined>>;
  readonly following: () => readonly string[];
}

/** Of a token whose checksum is wrong. */
const LEAST_ENTROPY = 3;

/** The least length of a secret that counts in a test or a manual. */
const IN_EXAMPLES = 14;

function isPlausible(
  rule: Rule,
  input: ScanInput,
  at: number,
  { secret, groups, following }: Match,
): boolean {
  const correct = rule.checksum?.(secret);
  if (correct === true) return !isPublishedExample(secret);
  if (correct === false && (shannonEntropy(secret) < LEAST_ENTROPY || exampleOf(input, at) !== undefined))
    return false;
  if (rule.kind === "token") {
    if (!rule.anyText && isFakeToken(secret)) return false;
  } else if (!rule.anyText && isPlaceholder(secret)) return false;
  if (rule.minEntropy !== undefined && shannonEntropy(secret) < rule.minEntropy) return false;
  if (rule.check && !rule.check({ secret, groups, following: rule.looksAhead ? following() : [] }))
    return false;
  // The pattern of a context rule matches every password that was made up for a test or a manual.
  const example = rule.kind === "context" && !rule.alsoInExamples ? exampleOf(input, at) : undefined;
  if (example === undefined || (example === "manual" && looksChosen(secret))) return true;
  if (rule.chosenInTests && looksChosenForUse(secret)) return true;
  return secret.length >= IN_EXAMPLES && looksGenerated(secret);
}

function followingLines({ text }: ScanInput, at: number): string[] {
  const lines: string[] = [];
  for (let next = at + 1; next <= at + PEM_LOOKAHEAD && next < text.count; next++)
    lines.push(text.line(next));
  return lines;
}

/** More lines than any private key has. */
const LONGEST_KEY = 200;

/** The last line of a key that starts in a line: the one with END, or the last that looks like a part of it. */
function lastLineOfKey({ text }: ScanInput, at: number): number {
  for (let next = at + 1; next < at + LONGEST_KEY && next < text.count; next++) {
    const line = text.line(next);
    if (line.includes("-END ")) return next;
    if (!/^[\s"'`+#*/>|,-]{0,60}[A-Za-z0-9+/=\\:,. -]{0,120}["'`+,;\\\s]{0,20}$/.test(line)) return next - 1;
  }
  return at;
}

withoutFtl(ruleHits, ...regexDetectors.map(({ find }) => find));
