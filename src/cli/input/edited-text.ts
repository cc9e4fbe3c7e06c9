import { closeSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { MAX_IMPORT_BYTES } from "../../import/input-text.ts";
import { fileError } from "../../system/file-error.ts";
import { openRegularFile } from "../../system/read-regular-file.ts";
import { readChunks } from "../../system/read-start.ts";

/**
 * Reads what an editor has left.
 * @throws PprotectError `file_error` also for a named pipe, which would make us wait forever, or a device; `invalid_value`
 */
export function readEditedText(path: string): string {
  const bytes = readEditedBytes(path);
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (text !== undefined) return text;
  throw new PprotectError("invalid_value", "the edited text is not UTF-8; nothing was changed");
}

function readEditedBytes(path: string): Uint8Array {
  let descriptor: number | undefined;
  try {
    descriptor = openRegularFile(path, { follow: true });
    return readChunks(descriptor, MAX_IMPORT_BYTES);
  } catch (error) {
    throw fileError("read", "the edited text", error, { effect: "nothing was changed" });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
