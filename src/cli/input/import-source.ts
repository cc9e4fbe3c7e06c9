import { lstatSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { wipe } from "../../crypto/bytes.ts";
import { removeOverwritten } from "../../exec/plaintext-files/shred.ts";
import { knownToGit } from "../../git/known-file.ts";
import { MAX_IMPORT_BYTES, STANDARD_INPUT } from "../../import/input-text.ts";
import { readStart } from "../../system/read-start.ts";
import { isSameFile } from "../../system/same-file.ts";
import { isTerminal } from "../../system/terminal.ts";

/** The file that is imported. */
export interface ImportSource {
  /** For messages; a reader may also look at it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the file to import, or standard input for `-`.
 *
 * @param path left out, it is standard input, which must not be a terminal then
 * @throws PprotectError `usage`, `file_error`
 */
export function readImportSource(path: string | undefined, store: string): ImportSource {
  if (path === undefined && isTerminal(0)) {
    throw new PprotectError(
      "usage",
      "import needs a file",
      "for example: `pprotect import prod .env`; - is standard input",
    );
  }
  if (path === undefined || path === "-") {
    return { name: STANDARD_INPUT, bytes: readStart(0, MAX_IMPORT_BYTES + 1, STANDARD_INPUT) };
  }
  if (isSameFile(path, store)) throw new PprotectError("usage", `${displayName(path)} is the store itself`);
  return { name: path, bytes: readStart(path, MAX_IMPORT_BYTES + 1) };
}

/** @throws PprotectError `usage` for what is not a regular file: a symbolic link's target stays */
export function requireRemovable(path: string | undefined): string {
  if (path === undefined || path === "-")
    throw new PprotectError("usage", "--remove-source needs a file, not standard input");
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new PprotectError("usage", `--remove-source: ${displayName(path)} is not a regular file`);
  return path;
}

/**
 * Overwrites and removes the file, unless it was changed since it was read.
 *
 * @returns whether it was removed, and lines for the user about what git has of it
 * @throws PprotectError `file_error`
 */
export async function removeSource(
  path: string,
  read: Uint8Array,
): Promise<{ removed: boolean; notes: readonly string[] }> {
  const file = displayName(path);
  const now = readStart(path, read.length + 1);
  const same = Buffer.compare(now, read) === 0;
  wipe(now);
  if (!same)
    return {
      removed: false,
      notes: [`pprotect: warning: ${file} was changed since it was read; it was left in place`],
    };
  const known = await knownToGit(path);
  removeOverwritten(path);
  const notes = [`Removed ${file}. On many disks the old content can still be recovered.`];
  if (known?.commit !== undefined) {
    notes.push(
      `pprotect: warning: git has ${file} in its history (commit ${known.commit}): anyone who has the repository can read the values, so change them`,
    );
  }
  if (known?.tracked)
    notes.push(`Note: git still tracks ${file}; remove it there too: git rm --cached -- ${shellWord(file)}`);
  return { removed: true, notes };
}
