import { encodeUtf8 } from "../common/utf8.ts";

/** The first line of an age file (https://age-encryption.org/v1, "Header"). */
const BINARY = "age-encryption.org/v1\n";
/** Without armor and with it. */
const FIRST_LINES = [BINARY, "-----BEGIN AGE ENCRYPTED FILE-----"];

/** How many bytes {@link isAgeFile} needs. */
export const AGE_START_BYTES = 64;

/** Whether bytes begin as a file that age encrypted does. */
export function isAgeFile(bytes: Uint8Array): boolean {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, AGE_START_BYTES)).trimStart();
  return FIRST_LINES.some((line) => start.startsWith(line));
}

/** Whether a file has no armor. */
export function isBinaryAgeFile(file: Uint8Array): boolean {
  return startsWith(file, BINARY);
}

/** Whether an age file is encrypted with a passphrase. @param file without armor */
export function hasPassphrase(file: Uint8Array): boolean {
  return startsWith(file, `${BINARY}-> scrypt `);
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.compare(bytes.subarray(0, text.length), encodeUtf8(text)) === 0;
}
