import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { readRegularFile } from "../../system/read-regular-file.ts";

/** A file's bytes as a string with one character for each, so that bytes that are not ours are kept, whatever the encoding. */
export type ByteText = string;

/** The UTF-8 bytes of a text as a string with one character for each. */
export function byteText(text: string): ByteText {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** What git reads at most (`ATTR_MAX_FILE_SIZE` in its attr.h). */
const MAX_ATTRIBUTES_BYTES = 100 * 1024 * 1024;

/** `.gitattributes` at the root, or `undefined` if there is none. @throws PprotectError `file_error` */
export function readAttributes(root: string): ByteText | undefined {
  const path = join(root, ".gitattributes");
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink()) {
    throw new PprotectError(
      "file_error",
      ".gitattributes is a symbolic link, which git does not follow",
      "replace it with a regular file",
    );
  }
  if (stats?.isFile() && stats.size > MAX_ATTRIBUTES_BYTES) {
    const message = `.gitattributes is larger than ${MAX_ATTRIBUTES_BYTES / 1024 / 1024} MiB, so git ignores it`;
    throw new PprotectError("file_error", message, "replace it with a smaller file");
  }
  try {
    return readRegularFile(path).toString("latin1");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

/**
 * Replaces the file, with the same mode and owner.
 * @param text `undefined` to remove the file
 * @throws PprotectError `file_error`; the file is then unchanged
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
