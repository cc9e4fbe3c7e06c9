import { accessSync, closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { wipe } from "../crypto/bytes.ts";
import { errnoOf, fileError } from "../system/file-error.ts";

/**
 * A passphrase from a file, without the white space around it (editors and `echo` end files with a line end).
 *
 * @param warn takes a line when other users of the machine can read the file and this user could change that
 * @throws PprotectError `file_error`, `invalid_passphrase` when it is not UTF-8
 */
export function readPassphraseFile(path: string, warn: (message: string) => void): string {
  const { bytes, open } = read(path);
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (text === undefined) {
    throw new PprotectError(
      "invalid_passphrase",
      `the passphrase in ${escapeUnprintable(path)} is not UTF-8 text`,
    );
  }
  if (open) {
    const file = shellWord(path);
    warn(`others can read the passphrase: run \`chmod 600 ${escapeUnprintable(file)}\``);
  }
  return text.trim();
}

/** One descriptor for both: what is looked at is what is read. */
function read(path: string): { bytes: Uint8Array; open: boolean } {
  try {
    const descriptor = openSync(path, "r");
    try {
      return { bytes: readFileSync(descriptor), open: isOpenToOthers(descriptor, path) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError("read the passphrase from", path, error);
  }
}

/** Read permission of the group and of everyone. */
const READ_BY_OTHERS = 0o044;

/**
 * Whether a file's mode lets others read it and `chmod` would help. It would not for a pipe or a descriptor, for a
 * file of somebody else, or where secrets are mounted read-only, as Docker and Kubernetes do with mode 0444.
 */
function isOpenToOthers(descriptor: number, path: string): boolean {
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
