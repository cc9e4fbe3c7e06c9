import { printable } from "../../common/printable.ts";
import type { Finding } from "../scan/finding.ts";

/** A finding as compilers write them: `[COMMIT ]PATH:LINE: rule: message`, safe to print. */
export function findingLine(
  { path, line, rule, message }: Finding,
  { commit, warning = false }: { readonly commit?: string | undefined; readonly warning?: boolean } = {},
): string {
  const before = commit === undefined ? "" : `${commit} `;
  return printable(`${before}${path}:${line}: ${warning ? "warning: " : ""}${rule}: ${message}`);
}

/** What a script reads of a check: one envelope for both commands. */
export function jsonReport(
  command: string,
  findings: readonly Finding[],
  warnings: readonly Finding[],
  commits: number,
): string {
  const ok = findings.length === 0;
  return JSON.stringify({ ok, command, result: { findings, warnings, commits }, next_actions: [] });
}

/** How to go on after a refusal. */
export const HOW_TO_ALLOW =
  "what is no secret: write `pprotect:allow` in its line, or name the file in .pprotectignore; " +
  "`git commit --no-verify` skips the check altogether";

/** `1 finding`, `2 findings`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
