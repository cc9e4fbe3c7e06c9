import { PprotectError } from "../../common/errors.ts";
import { portablePath, quotedPath } from "../../common/quoted-path.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import type { Finding, SuppressedBy } from "../../scan/finding.ts";
import { NOT_SCANNED } from "./not-scanned.ts";

/** A finding as a line, in the form of a compiler: `[COMMIT ]PATH:LINE: rule: message`, safe to print. */
export function findingLine(
  { path, line, rule, message }: Finding,
  { commit, warning = false }: { readonly commit?: string | undefined; readonly warning?: boolean } = {},
): string {
  const before = commit === undefined ? pathPrefix(path) : `${commit} `;
  return forOutput(`${before}${quotedPath(path)}:${line}: ${warning ? "warning: " : ""}${rule}: ${message}`);
}

/**
 * Text of strangers for a line of output: it controls no terminal, and gives no command of the older form to a workflow
 * runner, which reads what a job prints.
 */
export function forOutput(text: string): string {
  return escapeUnprintable(text).replaceAll("##[", "#\\u{23}[");
}

/** A line that begins with `::` would be a command to a workflow runner. */
function pathPrefix(path: string): string {
  return path.trimStart().startsWith("::") ? "./" : "";
}

/** Leaves out advice that a finding earlier in the list has already given. */
export class SaidOnce {
  readonly #said = new Set<string>();

  /** A finding for the next line of the list. */
  of<Each extends Finding>(finding: Each): Each {
    const { message, advice } = finding;
    const end = `: ${advice}`;
    if (advice === undefined || !message.endsWith(end)) return finding;
    if (this.#said.has(advice)) return { ...finding, message: message.slice(0, -end.length) };
    this.#said.add(advice);
    return finding;
  }
}

/** How many files that were not scanned are printed one by one; a directory of pictures would hide everything else. */
const PRINTED = 3;

/** Chooses which warnings are printed, over one or more verdicts. `--json` has them all. */
export class PrintedWarnings {
  #notScanned = 0;

  /** The warnings of a verdict that are printed. */
  of<Each extends Finding>(warnings: readonly Each[]): Each[] {
    return warnings.filter(({ rule }) => rule !== NOT_SCANNED || ++this.#notScanned <= PRINTED);
  }

  /** A line about those that were left out, or `undefined` when there are none. */
  get rest(): string | undefined {
    const more = this.#notScanned - PRINTED;
    return more > 0
      ? `pprotect: warning: ${countNoun(more, "more file")} not scanned; \`--json\` lists them`
      : undefined;
  }
}

/** A finding for `--json`. */
export function findingFields({ path, line, rule, code, message }: Finding) {
  return { path: portablePath(path), line, rule, code: code ?? null, message };
}

/** A suppressed finding for `--json`. */
export function suppressedFields(finding: Finding) {
  return { ...findingFields(finding), by: finding.suppressedBy ?? "marker" };
}

const SUPPRESSED: readonly (readonly [SuppressedBy, string])[] = [
  ["marker", "pprotect:allow"],
  ["ignore-file", ".pprotectignore"],
  ["baseline", "the baseline"],
];

/** How many findings were suppressed, to follow another number: `, 3 suppressed (1 by pprotect:allow, 2 by the baseline)`. */
export function suppressedCount(suppressed: readonly Finding[]): string {
  if (suppressed.length === 0) return "";
  const counts = SUPPRESSED.flatMap(([by, name]) => {
    const count = suppressed.filter(({ suppressedBy }) => suppressedBy === by).length;
    return count === 0 ? [] : [`${count} by ${name}`];
  });
  return `, ${suppressed.length} suppressed (${counts.join(", ")})`;
}

/** The error of a check with findings, or `undefined` without. */
export function findingsError(
  findings: readonly Finding[],
  fix: string | undefined = howToAllow(findings),
): PprotectError | undefined {
  if (findings.length === 0) return undefined;
  return new PprotectError("findings", countNoun(findings.length, "finding"), fix);
}

const MARK =
  "false positive? add a `pprotect:allow` comment to the line, or list the file in .pprotectignore";

/**
 * What to do about a false positive; there are none among the problems of stores.
 * @param command git's command that ran the hook
 */
export function howToAllow(findings: readonly Finding[], command = "git commit"): string {
  const skip = `\`${command} --no-verify\` skips all hooks`;
  if (findings.every(({ inStore }) => inStore)) return skip;
  // The guard of a commit reads the ignore file from the index, as it does the other files.
  const staged = command === "git commit" ? ", and stage .pprotectignore" : "";
  return `${MARK}${staged}; ${skip}`;
}

/** The same for a check of what is there already. */
export function howToAccept(findings: readonly Finding[]): string | undefined {
  const accept = "`--write-baseline` accepts what is found now";
  if (!findings.every(({ inStore }) => inStore)) return `${MARK}; ${accept}`;
  return findings.some(({ versionHash }) => versionHash !== undefined) ? accept : undefined;
}
