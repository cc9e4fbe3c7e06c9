import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../common/text.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import { fileError } from "../../system/file-error.ts";
import { withInput } from "../../system/open-input.ts";
import { readChunks } from "../../system/read-start.ts";

/** A value, and what the user should know of how it was read. */
export interface ReadValue {
  readonly value: string;
  readonly notes: readonly string[];
}

const EMPTY_HINT =
  "pipe one in, or use --value-file or --generate (`--value-file /dev/null` for an empty value)";

const BYTE_ORDER_MARK = "\ufeff";

/** A secret's value from a file, byte for byte; `-` is standard input. @throws PprotectError `file_error`, `invalid_value` */
export function readValueFile(path: string): ReadValue {
  const value = asText(
    readFile(path === "-" ? 0 : path, path),
    path === "-" ? "standard input" : displayName(path),
  );
  const isLine = /^[^\n]+\n$/.test(value);
  return {
    value,
    notes: isLine
      ? ["note: the value ends with a line end, which was kept; from a pipe it would be dropped"]
      : [],
  };
}

/**
 * A secret's value from a pipe. A single line loses its line end, which `echo` adds; several lines keep theirs, which a
 * private key needs. A byte order mark, which Windows adds, is dropped.
 * @param emptyHint what to do where nothing comes
 * @throws PprotectError `end_of_input`, `invalid_value`
 */
export function readPipedValue(emptyHint = EMPTY_HINT): ReadValue {
  const bytes = readFile(0, "standard input");
  if (bytes.length === 0) {
    throw new PprotectError("end_of_input", "no value on standard input", emptyHint);
  }
  const text = asText(bytes, "standard input");
  const marked = text.startsWith(BYTE_ORDER_MARK);
  const whole = marked ? text.slice(BYTE_ORDER_MARK.length) : text;
  const line = withoutLineEnd(whole);
  if (line === "") {
    throw new PprotectError("end_of_input", "the value on standard input is empty", emptyHint);
  }
  return {
    value: line.includes("\n") ? whole : line,
    notes: marked ? ["note: a byte order mark before the value was dropped"] : [],
  };
}

function readFile(source: string | number, name: string): Uint8Array {
  const read = (descriptor: number): Uint8Array => readChunks(descriptor, MAX_FILE_BYTES + 1);
  try {
    return typeof source === "number" ? read(source) : withInput(source, read, { wait: true });
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
