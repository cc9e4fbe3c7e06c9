import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import type { Finding } from "../../scan/finding.ts";

/** A finding as a line, in the form of a compiler: `[COMMIT ]PATH:LINE: rule: message`, safe to print. */
export function findingLine(
  { path, line, rule, message }: Finding,
  { commit, warning = false }: { readonly commit?: string | undefined; readonly warning?: boolean } = {},
): string {
  const before = commit === undefined ? "" : `${commit} `;
  return escapeUnprintable(`${before}${path}:${line}: ${warning ? "warning: " : ""}${rule}: ${message}`);
}

/** A finding for `--json`. */
export function findingFields({ path, line, rule, code, message }: Finding) {
  return { path, line, rule, code: code ?? null, message };
}

/** The error of a check with findings, or `undefined` without. */
export function findingsError(findings: readonly Finding[]): PprotectError | undefined {
  if (findings.length === 0) return undefined;
  return new PprotectError("findings", countNoun(findings.length, "finding"), howToAllow(findings));
}

/** What to do about a false positive; there are none among the problems of stores. */
export function howToAllow(findings: readonly Finding[]): string {
  const skip = "`git commit --no-verify` skips all hooks";
  if (findings.every(({ inStore }) => inStore)) return skip;
  return `false positive? add a \`pprotect:allow\` comment to the line, or list the file in .pprotectignore; ${skip}`;
}
