import { messageOf } from "./advice.ts";
import type { Finding } from "./finding.ts";
import { lineFingerprint } from "./fingerprint.ts";
import { isKeystore, KEYSTORE_RULE } from "./keystore.ts";
import { type TextLines, textLines } from "./scan-text.ts";
import { type ScanContext, scanText } from "./scanner.ts";

/** What was found in a file that git takes for binary. */
export interface BytesScan {
  readonly findings: readonly Finding[];
  /** Whether nothing in it could be searched. */
  readonly skipped: boolean;
}

/**
 * Scans a file that git takes for binary: text in UTF-16 is decoded, text with a few zero bytes is read as
 * text, and keystores are known by their first bytes. Nothing can be said about other files.
 *
 * @param bytes the whole file
 * @param before the file before the change: lines that it had are not reported
 */
export function scanBytes(
  path: string,
  bytes: Uint8Array,
  before?: Uint8Array,
  context?: ScanContext,
): BytesScan {
  const lines = decodedLines(bytes, before);
  return lines ? { findings: scanText(path, lines, context), skipped: false } : scanBinary(path, bytes);
}

/** Scans a file that is not text. */
export function scanBinary(path: string, bytes: Uint8Array): BytesScan {
  if (!isKeystore(path, bytes)) return { findings: [], skipped: true };
  const { id, what } = KEYSTORE_RULE;
  // It has no line; the rule and the path say all.
  const fingerprint = lineFingerprint("", []);
  return {
    findings: [{ path, line: 1, rule: id, ...messageOf({ rule: id, what, path }), fingerprint }],
    skipped: false,
  };
}

/** The lines of text in UTF-16, or with a few zero bytes, that it did not have before, or `undefined` for other files. */
export function decodedLines(bytes: Uint8Array, before?: Uint8Array): TextLines | undefined {
  const text = decodeText(bytes);
  if (text === undefined) return undefined;
  const known = new Set(((before && decodeText(before)) ?? "").split(/\r?\n/));
  const lines = text.split(/\r?\n/).map((line, index) => ({ number: index + 1, text: line }));
  return textLines(lines.filter((line) => !known.has(line.text)));
}

function decodeText(bytes: Uint8Array): string | undefined {
  return decodeUtf16(bytes) ?? decodeDamaged(bytes);
}

/** One of so many bytes may be zero: it separates settings, or is in the text by accident. Other formats have more. */
const ZEROS = 8;
/** One of so many may be another sign that no text has. */
const CONTROLS = 200;

/** The text of a file in which a few bytes are not of a text, each of those a blank, or `undefined` for another file. */
function decodeDamaged(bytes: Uint8Array): string | undefined {
  let zero = 0;
  let other = 0;
  for (const byte of bytes) {
    if (byte === 0) zero++;
    else if (byte < 7 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) other++;
    if (zero * ZEROS > bytes.length || (other > 1 && other * CONTROLS > bytes.length)) return undefined;
  }
  const text = utf8Of(bytes);
  return text?.replace(/[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]/g, " ");
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How much of a file without a byte order mark is looked at to distinguish UTF-16 from binary data. */
const PROBE = 2000;

/** The text of a file in UTF-16, or `undefined` for another file. */
function decodeUtf16(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  // The byte order mark of UTF-32 begins with that of UTF-16.
  if (first === 0xff && second === 0xfe && bytes[2] === 0 && bytes[3] === 0) return undefined;
  if (first === 0xff && second === 0xfe) return decode(bytes.subarray(2), "utf-16le");
  if (first === 0xfe && second === 0xff) return decode(bytes.subarray(2), "utf-16be");
  const probe = bytes.subarray(0, PROBE - (PROBE % 2));
  const [even, odd] = zeros(probe);
  const half = probe.length / 2;
  // Text in a European language: nearly every second byte is zero, and no other.
  if (half >= 4 && odd >= 0.8 * half && even === 0) return decode(bytes, "utf-16le");
  if (half >= 4 && even >= 0.8 * half && odd === 0) return decode(bytes, "utf-16be");
  return undefined;
}

function zeros(bytes: Uint8Array): [even: number, odd: number] {
  const count: [number, number] = [0, 0];
  for (const [at, byte] of bytes.entries()) if (byte === 0) count[at % 2 === 0 ? 0 : 1]++;
  return count;
}

function decode(bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): string {
  return new TextDecoder(encoding).decode(bytes);
}
