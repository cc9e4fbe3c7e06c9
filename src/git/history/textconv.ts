import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { fingerprint } from "../../store/diff/fingerprint.ts";
import { type Reading, readLeniently } from "../../store/diff/lenient-reading.ts";
import { storeLines } from "../../store/diff/store-text.ts";

/**
 * Looks like a sealed value, a public key or key material: a word of base64 that starts with the version byte (0 to 3
 * all give an `A`), is at least as long as a public key, and is not a name before a colon. In the audit log, a signature
 * (64 bytes), and the key before it with a colon.
 */
const SEALED =
  /(?<![\w+/=-])(?:A[A-Za-z0-9+/]{43,}={0,2}(?![\w+/=-]|:(?! [A-Za-z0-9+/]{86}==))|[A-Za-z0-9+/]{86}==(?![\w+/=-]|:))/g;

const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A store file as text for `git diff`. If the bytes are not a valid store (an unresolved merge, a truncated file, another
 * format), the first line says why, and the file's own lines follow with fingerprints in place of sealed values.
 *
 * @param bytes any bytes; never throws
 * @returns lines that each end with `\n`; "" for an empty file
 */
export function storeAsText(bytes: Uint8Array): string {
  return bytes.length === 0 ? "" : readingAsText(readLeniently(bytes), bytes);
}

/** {@link storeAsText} of bytes that were read. */
export function readingAsText({ store, problem }: Reading, bytes: Uint8Array): string {
  const lines = store ? storeLines(store) : [`unreadable store: ${problem}`, ...ownLines(bytes)];
  return lines.map((line) => `${line}\n`).join("");
}

/** The file's own text, safe for a terminal. Text in the clear stays: it is in the clear in the file. */
function ownLines(bytes: Uint8Array): string[] {
  const lines = lossyDecoder.decode(bytes).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) =>
    escapeUnprintable(line.replace(SEALED, (sealed) => `<sealed ${fingerprint(sealed)}>`)),
  );
}
