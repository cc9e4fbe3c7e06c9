import { adviceFor } from "./advice.ts";
import type { Finding } from "./finding.ts";
import { lineFingerprint } from "./fingerprint.ts";
import { isKeystore, KEYSTORE_RULE } from "./keystore.ts";
import { type TextLines, textLines } from "./scan-text.ts";
import { type ScanContext, scanText } from "./scanner.ts";

/** What was found in a file that is not UTF-8 text. */
export interface BytesScan {
  readonly findings: readonly Finding[];
  /** Whether nothing in it could be searched. */
  readonly skipped: boolean;
}

/**
 * Scans a file that git takes for binary: text in UTF-16 is decoded, and keystores are known by their first bytes. Nothing
 * can be said about other files.
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
    findings: [{ path, line: 1, rule: id, message: adviceFor({ rule: id, what, path }), fingerprint }],
    skipped: false,
  };
}

/** The lines of a file in UTF-16 that it did not have before, or `undefined` for another file. */
export function decodedLines(bytes: Uint8Array, before?: Uint8Array): TextLines | undefined {
  const text = decodeUtf16(bytes);
  if (text === undefined) return undefined;
  const known = new Set(((before && decodeUtf16(before)) ?? "").split(/\r?\n/));
  const lines = text.split(/\r?\n/).map((line, index) => ({ number: index + 1, text: line }));
  return textLines(lines.filter((line) => !known.has(line.text)));
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
