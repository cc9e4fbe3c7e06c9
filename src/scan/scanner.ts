import { lazy } from "../common/lazy.ts";
import { memo } from "../common/memo.ts";
import { withoutFtl } from "../common/without-ftl.ts";
import { messageOf } from "./advice.ts";
import { allowedRules } from "./allow-marker.ts";
import { accountsDetector } from "./assignments/accounts.ts";
import { assignmentDetector } from "./assignments/detector.ts";
import type { Detector, FileDetector, RuleName } from "./detector.ts";
import { csvDetector } from "./files/csv.ts";
import { dotenvDetector } from "./files/dotenv.ts";
import { knownFileDetector } from "./files/known-files.ts";
import { kubernetesSecretDetector } from "./files/kubernetes-secret.ts";
import { loneValueDetector } from "./files/lone-value.ts";
import { type AddedLine, type Finding, type Hit, RANK } from "./finding.ts";
import { lineFingerprint } from "./fingerprint.ts";
import { KEYSTORE_RULE } from "./keystore.ts";
import { type FoundLines, KeywordIndex } from "./keyword-index.ts";
import { hasLongWord, LONG_RUN, LONG_WORD } from "./long-run.ts";
import { MOST_PATHS } from "./path-kind.ts";
import { randomStringDetector } from "./random-string.ts";
import { regexDetectors } from "./regex-rules.ts";
import { type ScanInput, scanInput } from "./scan-input.ts";
import { ScanText, type TextLines, textLines } from "./scan-text.ts";
import { seedPhraseDetector } from "./seed-phrase.ts";
import type { TeamRules } from "./team-rules.ts";

export type { AddedLine, Finding } from "./finding.ts";
export { type IgnoreProblem, type IgnoreRules, parseIgnoreRules } from "./ignore-rules.ts";

const detectors: readonly Detector[] = [
  ...regexDetectors,
  assignmentDetector,
  accountsDetector,
  seedPhraseDetector,
  randomStringDetector,
];
const fileDetectors: readonly FileDetector[] = [
  knownFileDetector,
  kubernetesSecretDetector,
  loneValueDetector,
  csvDetector,
  dotenvDetector,
];
const index = new KeywordIndex(
  detectors.map(({ keywords }) => keywords),
  detectors.indexOf(assignmentDetector),
);

const longRunDetectors = detectorsOf(LONG_RUN);
const longWordDetectors = detectorsOf(LONG_WORD);

function detectorsOf(keyword: string): readonly Detector[] {
  return detectors.filter(({ keywords }) => keywords.includes(keyword));
}

/** All rules. */
export const scanRules: readonly RuleName[] = [
  ...[...detectors, ...fileDetectors].flatMap(({ rules }) => rules),
  KEYSTORE_RULE,
];

/** The ids of all rules, which `pprotect:allow` and `.pprotectignore` may name. */
export const ruleIds: ReadonlySet<string> = new Set(scanRules.map(({ id }) => id));

const sinceOf: ReadonlyMap<string, string> = new Map(
  scanRules.flatMap(({ id, since }) => (since === undefined ? [] : [[id, since]])),
);

/** What a scan knows and collects besides its findings. */
export interface ScanContext {
  /** The team's own rules. */
  readonly team?: TeamRules | undefined;
  /** Gets what a marker in its line allows. */
  readonly onSuppressed?: (finding: Finding) => void;
}

/**
 * Finds plaintext secrets in the lines that a commit adds to one file. Reads and writes nothing else. The caller leaves out
 * binary files and limits the size.
 *
 * Each secret is reported once, by the most specific rule that found it; a secret of several lines at its first line. Lines
 * with `pprotect:allow` (followed by rule ids: for those rules) are left out.
 *
 * @param path relative to the repository's root, with slashes; the name shows what kind of file it is
 * @param lines the added lines only, in order, with their numbers in the new file
 * @returns sorted by line; no finding contains any part of a secret
 */
export function scanLines(path: string, lines: Iterable<AddedLine>, context?: ScanContext): Finding[] {
  return scanText(path, textLines(lines), context);
}

/** {@link scanLines} for lines that are still bytes. */
export function scanText(
  path: string,
  lines: TextLines,
  { team, onSuppressed }: ScanContext = {},
): Finding[] {
  const text = new ScanText(lines);
  const found = index.find(text);
  const input = scanInput(path, text, found.places);
  const hits = [...lineHits(input, found), ...fileHits(input), ...(team?.hits(input) ?? [])];
  if (hits.length === 0) return [];
  const specific = mostSpecific(hits).sort((a, b) => a.at - b.at || a.start - b.start);
  // Once for each line: a file may have any number of findings, and a line many of them.
  const fingerprints = new Map<number, string>();
  for (const [at, inLine] of Map.groupBy(specific, (hit) => hit.at))
    fingerprints.set(at, lineFingerprint(text.line(at), inLine));
  const isAllowed = ({ at, rule }: Hit): boolean => allows(text.line(at), rule, team?.ids);
  const findings = (some: readonly Hit[]): Finding[] =>
    some.map(({ at, rule, what, message }) => ({
      path,
      line: text.numberOf(at),
      rule,
      ...messageOf({ rule, what, path, message }),
      fingerprint: fingerprints.get(at) ?? "",
      ...sinceRelease(rule),
    }));
  if (onSuppressed) findings(specific.filter(isAllowed)).forEach(onSuppressed);
  return findings(specific.filter((hit) => !isAllowed(hit)));
}

function sinceRelease(rule: string): Pick<Finding, "since"> {
  const since = sinceOf.get(rule);
  return since === undefined ? {} : { since };
}

function lineHits(input: ScanInput, { byGroup, longRuns }: FoundLines): Hit[] {
  const { text } = input;
  const hits: Hit[] = [];
  const inRun = lazy(() => new Set(longRuns));
  for (const { group, lines } of byGroup) {
    const detector = detectors[group];
    if (!detector) continue;
    for (const at of lines) {
      if (!detector.inRun || inRun().has(at)) look(detector, input, at, hits);
    }
  }
  for (const at of longRuns) {
    if (hasLongWord(text.bytes, text.start(at), text.end(at)))
      for (const detector of longWordDetectors) look(detector, input, at, hits);
    for (const detector of longRunDetectors) look(detector, input, at, hits);
  }
  return hits;
}

/** Adds what a detector finds in a line. Nearly always that is nothing. */
function look({ has, find }: Detector, input: ScanInput, at: number, hits: Hit[]): void {
  if (has && !input.text.lineHas(at, has)) return;
  const found = find(input, at);
  // Spreading an empty list takes longer than checking that it is empty.
  if (found.length > 0) hits.push(...found);
}

function fileHits(input: ScanInput): Hit[] {
  const hits: Hit[] = [];
  for (const detector of fileDetectorsOf(input.path)) hits.push(...detector.find(input));
  return hits;
}

const fileDetectorsOf = memo((path) => fileDetectors.filter(({ applies }) => applies(path)), MOST_PATHS);

/**
 * Of hits that overlap, keeps only the one with the highest rank; of equal ranks, the first. Of the hits about a whole file,
 * the first stays in whose line nothing else was found. Nothing stays in the further lines of a key.
 */
function mostSpecific(hits: readonly Hit[]): Hit[] {
  const kept = new Map<number, Hit[]>();
  const covered = new Set<number>();
  let wholeFile = false;
  for (const { at, through } of hits)
    for (let line = at + 1; line <= (through ?? at); line++) covered.add(line);
  for (const hit of hits.toSorted((a, b) => b.rank - a.rank)) {
    const others = kept.get(hit.at) ?? [];
    if (covered.has(hit.at) && hit.through === undefined) continue;
    if (others.some((other) => hit.start < other.end && other.start < hit.end)) continue;
    if (hit.rank === RANK.file) {
      if (others.length > 0 || wholeFile) continue;
      wholeFile = true;
    }
    kept.set(hit.at, [...others, hit]);
  }
  return [...kept.values()].flat();
}

function allows(line: string, rule: string, more?: ReadonlySet<string>): boolean {
  if (!line.includes("pprotect:allow")) return false;
  const allowed = allowedRules(line, more && more.size > 0 ? ruleIds.union(more) : ruleIds);
  return allowed === "all" || (allowed?.has(rule) ?? false);
}

withoutFtl(scanText, lineHits, look);
