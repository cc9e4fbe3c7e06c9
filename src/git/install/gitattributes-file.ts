import { lstatSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";

/**
 * A file's bytes as a string of one character each: whatever its encoding, what is not ours comes back as it was.
 */
export type ByteText = string;

/** A text's UTF-8 bytes as a string of one character each. */
export function byteText(text: string): ByteText {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** `.gitattributes` at the root, or nothing. @throws PprotectError `file_error` */
export function readAttributes(root: string): ByteText | undefined {
  const path = join(root, ".gitattributes");
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new PprotectError(
      "file_error",
      ".gitattributes is a symbolic link, which git does not follow",
      "make it a file",
    );
  }
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

/**
 * Replaces the file as a whole, mode and owner kept; nothing for no file.
 * @throws PprotectError `file_error`; the file is then as it was
 */
export function writeAttributes(root: string, text: ByteText | undefined): void {
  const path = join(root, ".gitattributes");
  if (text !== undefined) {
    writeAtomically(path, Buffer.from(text, "latin1"), lstatSync(path, { throwIfNoEntry: false }));
    return;
  }
  try {
    rmSync(path, { force: true });
  } catch (error) {
    throw fileError("remove", path, error);
  }
}
