import { readFileSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../common/text.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { fileError } from "../../system/file-error.ts";

/** A secret's value from a file, byte for byte; `-` is standard input. @throws PprotectError `file_error`, `invalid_value` */
export function readValueFile(path: string): string {
  return asText(readFile(path === "-" ? 0 : path, path), path === "-" ? "standard input" : displayName(path));
}

/** A secret's value from a pipe, without one final line end. @throws PprotectError `end_of_input`, `invalid_value` */
export function readPipedValue(): string {
  const bytes = readFile(0, "standard input");
  if (bytes.length === 0) {
    throw new PprotectError(
      "end_of_input",
      "no value on standard input",
      "pipe one in, or use --value-file or --generate (`--value-file /dev/null` for an empty value)",
    );
  }
  return withoutLineEnd(asText(bytes, "standard input"));
}

function readFile(source: string | number, name: string): Uint8Array {
  try {
    return readFileSync(source);
  } catch (error) {
    throw fileError("read the value from", name, error);
  }
}

function asText(bytes: Uint8Array, source: string): string {
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (text !== undefined) return text;
  throw new PprotectError(
    "invalid_value",
    `the value from ${source} is not UTF-8 text`,
    "encode it first, for example with base64",
  );
}
