import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { PrivateFileOptions } from "../../exec/plaintext-files/write.ts";
import { isSameFile } from "../../system/same-file.ts";

/** Writes the file of `--out`. */
export type PrivateOutput = (content: string | Uint8Array) => Promise<void>;

/**
 * Checks `--out` before a passphrase is asked for.
 *
 * @param path undefined for standard output
 * @throws PprotectError `not_ignored` when the file could get into a commit; `usage`
 */
export async function openPrivateOutput(
  path: string | undefined,
  options: PrivateFileOptions,
): Promise<PrivateOutput | undefined> {
  if (path === undefined) {
    if (options.force) throw new PprotectError("usage", "--force needs --out");
    return undefined;
  }
  if (isSameFile(path, options.store)) {
    throw new PprotectError(
      "usage",
      `${displayName(path)} is the store itself; plaintext secrets are not written there`,
      "name another file",
    );
  }
  const { refuseUnlessIgnored } = await import("../../git/ignored.ts");
  const incomplete = await refuseUnlessIgnored(path);
  const { writePrivateFile } = await import("../../exec/plaintext-files/write.ts");
  return (content) => writePrivateFile(path, content, { ...options, incomplete });
}

/** The message for a file that was written. */
export function wroteMessage(path: string): string {
  return `Wrote ${displayName(path)}, readable by you alone; \`pprotect cleanup\` removes it.`;
}
