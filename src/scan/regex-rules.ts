import { looksRandom, shannonEntropy } from "./entropy.ts";
import { type Hit, RANK } from "./finding.ts";
import { keywordFilter, patternFilter } from "./keyword-filter.ts";
import { checks, PEM_LOOKAHEAD } from "./match-checks.ts";
import { isFakeToken, isPlaceholder } from "./placeholder.ts";
import { LONG_RUN_PATTERN, type Rule } from "./rule.ts";
import { regexRules } from "./rules/index.ts";
import { LONG_LINE, type ScanInput } from "./scan-input.ts";

const keywordRules = regexRules.filter(({ keywords }) => keywords.length > 0);
const longRunRules = regexRules.filter(({ keywords }) => keywords.length === 0);
const keywords = keywordFilter(keywordRules.flatMap((rule) => rule.keywords));
const longRuns = patternFilter(LONG_RUN_PATTERN);

/** The matches of the regular-expression rules in the added lines of a file. */
export function regexRuleHits(scanned: ScanInput): Hit[] {
  const hits: Hit[] = [];
  for (const at of keywords.lines(scanned.lowered)) {
    const lowered = scanned.lowered.lines[at] ?? "";
    for (const rule of keywordRules) {
      if (rule.keywords.some((word) => lowered.includes(word))) hits.push(...ruleHits(rule, scanned, at));
    }
  }
  for (const at of longRuns.lines(scanned.lowered)) {
    for (const rule of longRunRules) hits.push(...ruleHits(rule, scanned, at));
  }
  return hits;
}

function ruleHits(rule: Rule, scanned: ScanInput, at: number): Hit[] {
  const text = scanned.lines[at]?.text ?? "";
  if (rule.kind === "context" && (scanned.kind.tokensOnly || text.length > LONG_LINE)) return [];
  if (rule.line && !rule.line.test(text)) return [];
  const hits: Hit[] = [];
  rule.pattern.lastIndex = 0;
  for (let match = rule.pattern.exec(text); match; match = rule.pattern.exec(text)) {
    const secret = match.groups?.secret ?? match[0];
    const end = match.index + match[0].length;
    if (!isPlausible(rule, secret, () => following(scanned, at, end))) continue;
    // The pattern of a context rule matches every password that was made up for a test or a manual.
    if (
      rule.kind === "context" &&
      scanned.kind.isExample &&
      rule.check !== "basic-credentials" &&
      !looksRandom(secret)
    )
      continue;
    const start = text.indexOf(secret, match.index);
    hits.push({
      at,
      start,
      end: start + secret.length,
      rule: rule.id,
      what: rule.what,
      rank: rule.kind === "token" ? RANK.token : RANK.context,
    });
  }
  return hits;
}

function isPlausible(rule: Rule, secret: string, lines: () => readonly string[]): boolean {
  if (rule.kind === "token" ? isFakeToken(secret) && rule.check !== "pem-body" : isPlaceholder(secret))
    return false;
  if (rule.minEntropy !== undefined && shannonEntropy(secret) < rule.minEntropy) return false;
  return !rule.check || checks[rule.check]({ secret, following: lines() });
}

function following({ lines }: ScanInput, at: number, end: number): string[] {
  const texts = lines.slice(at, at + 1 + PEM_LOOKAHEAD).map(({ text }) => text);
  return [(texts[0] ?? "").slice(end), ...texts.slice(1)];
}
