import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import type { Finding } from "../../scan/finding.ts";

/** A finding as compilers write them: `[COMMIT ]PATH:LINE: rule: message`, safe to print. */
export function findingLine(
  { path, line, rule, message }: Finding,
  { commit, warning = false }: { readonly commit?: string | undefined; readonly warning?: boolean } = {},
): string {
  const before = commit === undefined ? "" : `${commit} `;
  return escapeUnprintable(`${before}${path}:${line}: ${warning ? "warning: " : ""}${rule}: ${message}`);
}

/** A finding as a program reads it. */
export function findingFields({ path, line, rule, code, message }: Finding) {
  return { path, line, rule, code: code ?? null, message };
}

/** What a check with findings amounts to. */
export function findingsError(findings: readonly Finding[]): PprotectError | undefined {
  if (findings.length === 0) return undefined;
  return new PprotectError("findings", countNoun(findings.length, "finding"), HOW_TO_ALLOW);
}

/** How to go on after a refusal. */
export const HOW_TO_ALLOW =
  "what is no secret: write `pprotect:allow` in its line, or name the file in .pprotectignore; " +
  "`git commit --no-verify` skips the check altogether";
