import { allowedRules } from "./allow-marker.ts";
import { assignmentHits, PASSWORD_RULE, SECRET_RULE } from "./assignment.ts";
import { DOTENV_RULE, dotenvHits } from "./dotenv.ts";
import { type AddedLine, adviceFor, type Finding, type Hit } from "./finding.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import { RANDOM_STRING_RULE, randomStringHits } from "./random-string.ts";
import { dataRuleHits } from "./regex-rules.ts";
import { dataRules } from "./rules/index.ts";
import { libraryRules } from "./rules/secretlint.ts";
import { scannedText } from "./scan-input.ts";
import { libraryHits } from "./secretlint.ts";

export type { AddedLine, Finding } from "./finding.ts";
export { type IgnoreProblem, type IgnoreRules, parseIgnoreRules } from "./ignore-rules.ts";

/** Ids of all rules: what `pprotect:allow` and `.pprotectignore` may name. */
export const ruleIds: ReadonlySet<string> = new Set(
  [...libraryRules, ...dataRules, PASSWORD_RULE, SECRET_RULE, RANDOM_STRING_RULE, DOTENV_RULE].map(
    ({ id }) => id,
  ),
);

export interface ScanOptions {
  /** What `.pprotectignore` says; see {@link parseIgnoreRules}. */
  readonly ignore?: IgnoreRules;
}

/**
 * Looks for plaintext secrets in the lines that a commit adds to one file. Nothing is read or written besides
 * the arguments. Binary files and a limit on size are the caller's business.
 *
 * Each secret is told once, by the most telling rule that saw it; a secret of several lines at its first. A
 * line with the word `pprotect:allow` (with rule ids behind: for these) and what `.pprotectignore` names are
 * left out.
 *
 * @param path relative to the repository's root, with slashes; what it says about the file matters
 * @param lines the added lines only, in order, with their numbers in the new file
 * @returns sorted by line; no part of a finding holds any of the secret
 */
export async function scanLines(
  path: string,
  lines: Iterable<AddedLine>,
  { ignore }: ScanOptions = {},
): Promise<Finding[]> {
  const scanned = scannedText(path, [...lines]);
  const hits = mostTelling([
    ...(await libraryHits(scanned)),
    ...dataRuleHits(scanned),
    ...assignmentHits(scanned),
    ...randomStringHits(scanned),
  ]);
  hits.push(...dotenvHits(scanned, new Set(hits.map(({ at }) => at))));
  return hits
    .filter(
      (hit) => !isAllowed(scanned.lines[hit.at]?.text ?? "", hit.rule) && !ignore?.ignored(path, hit.rule),
    )
    .sort((a, b) => a.at - b.at || a.start - b.start)
    .map(({ at, rule, what }) => ({
      path,
      line: scanned.lines[at]?.number ?? 0,
      rule,
      message: adviceFor(what),
    }));
}

/** Of hits that overlap only the highest in rank stays; of equals the first. */
function mostTelling(hits: readonly Hit[]): Hit[] {
  const kept = new Map<number, Hit[]>();
  for (const hit of hits.toSorted((a, b) => b.rank - a.rank)) {
    const others = kept.get(hit.at) ?? [];
    if (others.some((other) => hit.start < other.end && other.start < hit.end)) continue;
    kept.set(hit.at, [...others, hit]);
  }
  return [...kept.values()].flat();
}

function isAllowed(line: string, rule: string): boolean {
  const allowed = allowedRules(line, ruleIds);
  return allowed === "all" || (allowed?.has(rule) ?? false);
}
