import { decodeUtf8 } from "../common/utf8.ts";
import { InvalidImportError, invalidImport } from "./invalid-import.ts";

/** Bytes of the largest file that is imported. */
export const MAX_IMPORT_BYTES = 64 * 1024 * 1024;

/** The name of a source that is not a file. */
export const STANDARD_INPUT = "standard input";

const BYTE_ORDER_MARK = "\uFEFF";

/**
 * A file's bytes as text, without a byte order mark.
 *
 * @throws InvalidImportError when there are more than {@link MAX_IMPORT_BYTES}, when they are not UTF-8, or when
 *   there is a NUL byte, which no text of secrets has and at which programs in C stop reading
 */
export function inputText(bytes: Uint8Array, file: string): string {
  refuseHuge(bytes.length, file);
  const text = decodeUtf8(bytes);
  if (text === undefined) throw invalidImport(file, lineOfInvalidUtf8(bytes), "is not UTF-8 text", UTF_8);
  const nul = text.indexOf("\0");
  if (nul !== -1) throw invalidImport(file, countLines(text.slice(0, nul)), "has a NUL byte", UTF_8);
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

const UTF_8 = "save it as UTF-8 text";

/** @throws InvalidImportError */
export function refuseHuge(length: number, file: string, limit = MAX_IMPORT_BYTES): void {
  if (length <= limit) return;
  throw new InvalidImportError(file, [
    { line: undefined, message: `is larger than ${limit / 1024 / 1024} MiB` },
  ]);
}

/** The first line that does not decode: a line end is never a part of another character. */
function lineOfInvalidUtf8(bytes: Uint8Array): number {
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
    [line, start] = [line + 1, end + 1];
  }
  return line;
}

function countLines(text: string): number {
  return text.split("\n").length;
}
