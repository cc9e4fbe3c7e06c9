import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { fingerprint } from "../../store/diff/fingerprint.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import { storeLines } from "../../store/diff/store-text.ts";

/**
 * What looks like a sealed value, a public key or key material: a whole word of base64 that starts with the
 * version byte (0 to 3 all give an `A`) and is at least as long as a public key. A name before a colon is none.
 */
const SEALED = /(?<![\w+/=-])A[A-Za-z0-9+/]{43,}={0,2}(?![\w+/=-]|:)/g;

const lossyDecoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A store file as text for `git diff`. For bytes that are no store (an unresolved merge, a file cut short,
 * another format) the first line says why, and the file's own lines follow with sealed values as fingerprints.
 *
 * @param bytes any bytes at all: this never throws
 * @returns lines that end in `\n` each; nothing for an empty file
 */
export function storeAsText(bytes: Uint8Array): string {
  if (bytes.length === 0) return "";
  const { store, problem } = readLeniently(bytes);
  const lines = store ? storeLines(store) : [`unreadable store: ${problem}`, ...ownLines(bytes)];
  return lines.map((line) => `${line}\n`).join("");
}

/** The file's own text, safe for a terminal; what is plain in it was plain in the file. */
function ownLines(bytes: Uint8Array): string[] {
  const lines = lossyDecoder.decode(bytes).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) =>
    escapeUnprintable(line.replace(SEALED, (sealed) => `<sealed ${fingerprint(sealed)}>`)),
  );
}
