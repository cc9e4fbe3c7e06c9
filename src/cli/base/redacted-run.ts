import { runRedacted } from "../../exec/pty/run-redacted.ts";
import type { Execution } from "../../exec/run-program.ts";
import { type ChosenSecret, isPublic } from "../../exec/selection.ts";
import { redactionOf } from "../../redact/redaction.ts";
import { warnOfRedaction } from "../report/redaction-warning.ts";

/**
 * Runs a program with its output redacted, after a warning of what cannot be found in it.
 *
 * @param except names of secrets that are left as they are
 * @param passphrase is redacted too
 * @returns its exit status
 */
export function runWithRedaction(
  execution: Execution,
  secrets: readonly ChosenSecret[],
  { except, passphrase }: { readonly except: readonly string[]; readonly passphrase: string | undefined },
): Promise<number> {
  const redaction = redactionOf(
    secrets
      .filter((secret) => !isPublic(secret) && !except.includes(secret.name))
      .map(({ name, value }) => [name, value]),
    passphrase,
  );
  warnOfRedaction(redaction);
  return runRedacted(execution, redaction);
}
