import { readFileSync, statSync } from "node:fs";
import { systemPath } from "./path-text.ts";

/**
 * Reads the text of a regular file. Unlike reading and decoding bytes, that takes the memory of the text alone.
 *
 * @param file a path, or a descriptor at the beginning of the file
 * @param size the file's size in bytes
 * @returns `undefined` when the bytes may not be the UTF-8 of any text
 * @throws what the system throws
 */
export function readText(file: string | number | Buffer, size: number): string | undefined {
  const text = readFileSync(file, "utf8");
  // What is not UTF-8 became U+FFFD, and some runtimes drop a byte order mark.
  return text.includes("\ufffd") || Buffer.byteLength(text) !== size ? undefined : text;
}

/**
 * The content of a file: its text if it has one, else its bytes.
 * @throws what the system throws
 */
export function readContent(path: string): string | Uint8Array {
  const stats = statSync(systemPath(path));
  const text = stats.isFile() ? readText(systemPath(path), stats.size) : undefined;
  return text ?? readFileSync(systemPath(path));
}
