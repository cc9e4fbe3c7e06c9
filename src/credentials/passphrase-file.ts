import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { wipe } from "../crypto/bytes.ts";
import { errnoOf, fileError } from "../system/file-error.ts";

/**
 * Reads a passphrase from a file and trims white space: editors and `echo` add a line end.
 *
 * @param warn gets a line if other users of the machine can read the file, and this user could change that
 * @throws PprotectError `file_error`; `invalid_passphrase` when it is not UTF-8
 */
export function readPassphraseFile(path: string, warn: (message: string) => void): string {
  const { bytes, readableByOthers } = read(path);
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (text === undefined) {
    throw new PprotectError(
      "invalid_passphrase",
      `the passphrase in ${escapeUnprintable(path)} is not UTF-8 text`,
    );
  }
  if (readableByOthers) {
    const file = shellWord(path);
    warn(`other users can read the passphrase file: run \`chmod 600 ${escapeUnprintable(file)}\``);
  }
  return text.trim();
}

/** Reads and examines the file through one descriptor, so that both see the same file. */
function read(path: string): { bytes: Uint8Array; readableByOthers: boolean } {
  try {
    const descriptor = openSync(path, "r");
    try {
      return { bytes: readFileSync(descriptor), readableByOthers: isReadableByOthers(descriptor, path) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError("read the passphrase from", path, error);
  }
}

/** Read permission for the group and for others. */
const READ_BY_OTHERS = 0o044;

/**
 * Whether a file's mode lets other users read it and `chmod` would help. It would not for a pipe or a descriptor, for
 * another user's file, or on a read-only mount, such as the secrets of Docker and Kubernetes (mode 0444).
 */
function isReadableByOthers(descriptor: number, path: string): boolean {
  if (process.platform === "win32") return false;
  const stats = fstatSync(descriptor);
  if (!stats.isFile() || (stats.mode & READ_BY_OTHERS) === 0) return false;
  if (stats.uid !== process.getuid?.() || /^\/(?:dev|proc)\//.test(resolve(path))) return false;
  return !isReadOnlyMount(path);
}

function isReadOnlyMount(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch (error) {
    return errnoOf(error) === "EROFS";
  }
}
