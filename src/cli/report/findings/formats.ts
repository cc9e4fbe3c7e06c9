import { portablePath } from "../../../common/quoted-path.ts";
import { escapeUnprintable } from "../../../common/terminal-safe.ts";
import type { Json, Result } from "../json-envelope.ts";
import { indentedJson } from "../json-text.ts";
import {
  describedFinding,
  type FoundProblems,
  findingFingerprint,
  isInMessage,
  type LocatedFinding,
} from "./located.ts";
import { sarifLog } from "./sarif.ts";

/** What `--format` of commands that report findings takes. */
export const FINDING_FORMATS = ["text", "json", "sarif", "github", "gitlab", "junit"] as const;
export type FindingFormat = (typeof FINDING_FORMATS)[number];

/**
 * A report for another program.
 * @param result what the command answers with `--json`
 */
export function findingReport(
  format: Exclude<FindingFormat, "text">,
  found: FoundProblems,
  result: Result,
): string {
  switch (format) {
    case "json":
      return indentedJson(result);
    case "sarif":
      return indentedJson(sarifLog(found));
    case "gitlab":
      return indentedJson(codeQuality(found));
    case "github":
      return annotations(found);
    case "junit":
      return junit(found);
  }
}

/** GitLab's report of code quality. Equal fingerprints would be merged, so a repeated one is numbered. */
function codeQuality({ errors, warnings }: FoundProblems): Json {
  const seen = new Map<string, number>();
  const entry = (finding: LocatedFinding, severity: string): Json => {
    const name = findingFingerprint(finding);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return {
      description: `${finding.rule}: ${describedFinding(finding)}`,
      check_name: finding.rule,
      fingerprint: count === 1 ? name : `${name}-${count}`,
      severity,
      location: { path: portablePath(finding.path), lines: { begin: Math.max(1, finding.line) } },
    };
  };
  return [
    ...errors.map((finding) => entry(finding, "critical")),
    ...warnings.map((finding) => entry(finding, "minor")),
  ];
}

/** Annotations of GitHub Actions: workflow commands on standard output. */
function annotations({ errors, warnings }: FoundProblems): string {
  const line = (kind: string, finding: LocatedFinding): string => {
    const { path, line, rule, message, commit } = finding;
    const title = `title=${property(`pprotect: ${rule}`)}`;
    // Without a file, an annotation is of the whole run.
    if (isInMessage(finding)) return `::${kind} ${title}::${data(describedFinding(finding))}\n`;
    const text = commit === undefined ? message : `${message} (commit ${commit})`;
    return `::${kind} file=${property(portablePath(path))},line=${Math.max(1, line)},${title}::${data(text)}\n`;
  };
  return [
    ...errors.map((finding) => line("error", finding)),
    ...warnings.map((finding) => line("warning", finding)),
  ].join("");
}

function data(text: string): string {
  return escapeUnprintable(text).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/**
 * A failed test case for each finding, a skipped one for each that is suppressed, and a passed one when there is none; warnings
 * are notes in passed ones.
 */
function junit({ errors, warnings, suppressed }: FoundProblems): string {
  const name = ({ path, line, rule, commit }: LocatedFinding): string =>
    `classname=${attribute(portablePath(path))} name=${attribute(`${commit === undefined ? "" : `${commit} `}${rule} in line ${line}`)}`;
  const cases = [
    ...errors.map(
      (finding) =>
        `    <testcase ${name(finding)}><failure type=${attribute(finding.rule)} message=${attribute(describedFinding(finding))}/></testcase>`,
    ),
    ...warnings.map(
      (finding) =>
        `    <testcase ${name(finding)}><system-out>${xml(describedFinding(finding))}</system-out></testcase>`,
    ),
    ...suppressed.map(
      (finding) =>
        `    <testcase ${name(finding)}><skipped message=${attribute(`suppressed: ${describedFinding(finding)}`)}/></testcase>`,
    ),
  ];
  if (cases.length === 0) cases.push('    <testcase classname="pprotect" name="no findings"/>');
  const counts = `tests="${cases.length}" failures="${errors.length}"`;
  const suite = `${counts} skipped="${suppressed.length}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="pprotect" ${suite}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function attribute(text: string): string {
  return `"${xml(text)}"`;
}

function xml(text: string): string {
  const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return escapeUnprintable(text)
    .replace(/[\ufffe\uffff]/g, "?")
    .replace(/[&<>"]/g, (char) => named[char] ?? char);
}
