import { closeSync, constants, fstatSync, fsyncSync, openSync, unlinkSync, writeSync } from "node:fs";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { removeLastingDirectory } from "../../system/private-directory.ts";

const ZEROS = new Uint8Array(64 * 1024);

/**
 * Overwrites a file with zeros and removes it, if it exists. Does not follow symbolic links. On many file systems the old
 * bytes survive: see docs/security.md.
 *
 * @throws PprotectError `file_error`
 */
export function removeOverwritten(path: string): void {
  try {
    overwrite(path);
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw fileError("remove", path, error);
  }
}

/** The same for a file that a command wrote, with the directory that was made for it alone. @throws PprotectError `file_error` */
export function removeWritten(path: string): void {
  removeOverwritten(path);
  removeLastingDirectory(path);
}

function overwrite(path: string): void {
  // Windows has no O_NOFOLLOW.
  const descriptor = openSync(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = fstatSync(descriptor);
    for (let at = 0; at < size; ) {
      at += writeSync(descriptor, ZEROS, 0, Math.min(ZEROS.length, size - at), at);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
