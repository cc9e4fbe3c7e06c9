import { allowedRules } from "./allow-marker.ts";
import { assignmentHits, PASSWORD_RULE, SECRET_RULE } from "./assignment.ts";
import { DOTENV_RULE, dotenvHits } from "./dotenv.ts";
import { type AddedLine, adviceFor, type Finding, type Hit } from "./finding.ts";
import { lineFingerprint } from "./fingerprint.ts";
import type { IgnoreRules } from "./ignore-rules.ts";
import { RANDOM_STRING_RULE, randomStringHits } from "./random-string.ts";
import { regexRuleHits } from "./regex-rules.ts";
import { regexRules } from "./rules/index.ts";
import { findsOwnCredentials } from "./rules/pprotect.ts";
import { secretlintRules } from "./rules/secretlint.ts";
import { scanInput } from "./scan-input.ts";
import { secretlintHits } from "./secretlint.ts";

export type { AddedLine, Finding } from "./finding.ts";
export { type IgnoreProblem, type IgnoreRules, parseIgnoreRules } from "./ignore-rules.ts";

/** The ids of all rules, which `pprotect:allow` and `.pprotectignore` may name. */
export const ruleIds: ReadonlySet<string> = new Set(
  [...secretlintRules, ...regexRules, PASSWORD_RULE, SECRET_RULE, RANDOM_STRING_RULE, DOTENV_RULE].map(
    ({ id }) => id,
  ),
);

export interface ScanOptions {
  /** The rules of `.pprotectignore`; see {@link parseIgnoreRules}. */
  readonly ignore?: IgnoreRules;
}

/**
 * Finds plaintext secrets in the lines that a commit adds to one file. Reads and writes nothing else. The caller leaves out
 * binary files and limits the size.
 *
 * Each secret is reported once, by the most specific rule that found it; a secret of several lines at its first line. Lines
 * with `pprotect:allow` (followed by rule ids: for those rules) and files in `.pprotectignore` are left out.
 *
 * @param path relative to the repository's root, with slashes; the name tells what kind of file it is
 * @param lines the added lines only, in order, with their numbers in the new file
 * @returns sorted by line; no finding contains any part of a secret
 */
export async function scanLines(
  path: string,
  lines: Iterable<AddedLine>,
  { ignore }: ScanOptions = {},
): Promise<Finding[]> {
  const scanned = scanInput(path, [...lines]);
  const hits = mostSpecific([
    ...(await secretlintHits(scanned)),
    ...regexRuleHits(scanned),
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
      message: adviceFor(what, findsOwnCredentials(rule)),
      fingerprint: lineFingerprint(
        scanned.lines[at]?.text ?? "",
        hits.filter((hit) => hit.at === at),
      ),
    }));
}

/** Of hits that overlap, keeps only the one with the highest rank; of equal ranks, the first. */
function mostSpecific(hits: readonly Hit[]): Hit[] {
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
