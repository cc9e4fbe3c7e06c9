import { readFileSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { printable } from "../common/printable.ts";
import { wipe } from "../crypto/bytes.ts";
import { decodeUtf8 } from "../crypto/utf8.ts";
import { fileError } from "../store/file-error.ts";

/**
 * A passphrase from a file, without the white space around it (editors and `echo` end files with a line end).
 * @throws PprotectError `file_error`, `invalid_passphrase` when it is not UTF-8
 */
export function readPassphraseFile(path: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError("read the passphrase from", path, error);
  }
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (text === undefined) {
    throw new PprotectError("invalid_passphrase", `the passphrase in ${printable(path)} is not UTF-8 text`);
  }
  return text.trim();
}
