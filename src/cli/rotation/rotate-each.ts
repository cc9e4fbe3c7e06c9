import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { isTerminal } from "../../system/terminal.ts";
import type { SecretRotation } from "./secret-rotation.ts";

/** What became of several secrets. */
export interface RotationReport {
  readonly rotated: readonly SecretPath[];
  readonly failed: readonly (SecretPath & { readonly code: string; readonly message: string })[];
}

/** What fails for one secret and would fail for every other: the passphrase is not asked for again and again. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "missing_credentials",
  "wrong_credentials",
  "aborted",
  "end_of_input",
  "interrupted",
]);

/**
 * Rotates secrets by their commands, one after the other: a failure leaves the old value, and the others are still rotated. At
 * a terminal each is named before it is rotated.
 */
export async function rotateEach(
  secrets: readonly SecretPath[],
  rotation: SecretRotation,
  note: (message: string) => void,
): Promise<RotationReport> {
  const rotated: SecretPath[] = [];
  const failed: RotationReport["failed"][number][] = [];
  let stopped: PprotectError | undefined;
  for (const [at, { domain, secret }] of secrets.entries()) {
    const name = displayName(`${domain}/${secret}`);
    try {
      if (stopped) throw stopped;
      if (isTerminal(2)) note(`Rotating ${name} (${at + 1} of ${secrets.length}) …`);
      const done = `Rotated ${displayName(secret)} in ${displayName(domain)}.`;
      await rotation.rotate({ domain, secret }, { stage: false, done });
      rotated.push({ domain, secret });
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      const { code, message, fix } = error;
      if (!stopped)
        note(`pprotect: ${message}${code === "usage" || fix === undefined ? "" : `\nhint: ${fix}`}`);
      if (CREDENTIALS.has(code)) stopped = error;
      failed.push({ domain, secret, code, message });
    }
  }
  return { rotated, failed };
}

export function reportFields({ rotated, failed }: RotationReport) {
  return {
    rotated: rotated.map(({ domain, secret }) => ({ domain, secret })),
    failed: failed.map(({ domain, secret, message }) => ({ domain, secret, message })),
  };
}
