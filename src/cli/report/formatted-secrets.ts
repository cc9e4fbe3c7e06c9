import { closeSync, constants, openSync, writeFileSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import type { ExportFormat, Written } from "../../import/write-entries.ts";
import { fileError } from "../../system/file-error.ts";
import { writeOut } from "./output.ts";
import type { PrivateOutput } from "./private-output.ts";

/** Finds out where the values of `github` go, before a passphrase is asked for. @throws PprotectError `usage` */
export function requireGithubFile(format: ExportFormat, hasFile: boolean): void {
  if (format !== "github" || hasFile || process.env.GITHUB_ENV) return;
  throw new PprotectError(
    "usage",
    "--format github writes to the file that $GITHUB_ENV names, and it is not set",
    "run it in a job of GitHub Actions, or give --out",
  );
}

/**
 * Writes formatted secrets: to a file, else to standard output. The masks of `github` go to standard output first, the
 * values to the end of the file that `$GITHUB_ENV` names.
 *
 * @throws OutputClosedError; PprotectError `file_error`
 */
export async function writeSecrets(
  { text, masks }: Written,
  format: ExportFormat,
  write: PrivateOutput | undefined,
): Promise<void> {
  if (masks !== "") writeOut(masks);
  if (write) await write(text);
  else if (format === "github") append(process.env.GITHUB_ENV ?? "", text);
  else writeOut(text);
}

/** The runner has created the file; other steps may have written to it. */
function append(path: string, text: string): void {
  try {
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeFileSync(descriptor, text);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError("write to", path, error);
  }
}
