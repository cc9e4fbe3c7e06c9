import { readSync } from "node:fs";
import { pauseSync } from "../common/pause.ts";
import { errnoOf, fileError } from "./file-error.ts";
import { withInput } from "./open-input.ts";

/**
 * Reads at most `length` bytes: a symbolic link in a repository may point to an endless file such as /dev/zero.
 *
 * @param path a file, or a descriptor that stays open
 * @param name for messages
 * @param expected the number of bytes that are probably there: more or fewer are read as well
 * @throws PprotectError `file_error`
 */
export function readStart(
  path: string | number,
  length: number,
  name = String(path),
  expected = 0,
): Uint8Array {
  try {
    const read = (descriptor: number): Uint8Array => readChunks(descriptor, length, expected);
    return typeof path === "number" ? read(path) : withInput(path, read, { wait: true });
  } catch (error) {
    throw fileError("read", name, error);
  }
}

const FIRST_CHUNK = 64 * 1024;
const PIECE = 256 * 1024;

/**
 * {@link readStart} of a descriptor. The buffer grows with what is there: most files are far smaller than what is
 * allowed.
 *
 * @throws what the system throws
 */
export function readChunks(descriptor: number, length: number, expected = 0): Uint8Array {
  // One byte more, to see the end.
  let buffer = Buffer.alloc(Math.min(length, Math.max(expected + 1, FIRST_CHUNK)));
  let filled = 0;
  for (;;) {
    if (filled === buffer.length) {
      if (filled === length) return buffer;
      const larger = Buffer.alloc(Math.min(length, 4 * filled));
      buffer.copy(larger);
      buffer.fill(0);
      buffer = larger;
    }
    const read = readSome(descriptor, buffer, filled);
    if (read === 0) return buffer.subarray(0, filled);
    filled += read;
  }
}

/**
 * Whether a descriptor holds exactly this text in UTF-8 from here on. Both are compared in pieces, so that a large file
 * is not in memory a second time.
 *
 * @param text well-formed Unicode
 * @throws what the system throws
 */
export function continuesWith(descriptor: number, text: string): boolean {
  const encoder = new TextEncoder();
  const [expected, found] = [Buffer.alloc(PIECE), Buffer.alloc(PIECE)];
  for (let at = 0; at < text.length; ) {
    const { read, written } = encoder.encodeInto(text.slice(at), expected);
    const length = fill(descriptor, found.subarray(0, written));
    if (Buffer.compare(found.subarray(0, length), expected.subarray(0, written)) !== 0) return false;
    at += read;
  }
  return readSome(descriptor, found, 0) === 0;
}

/** @returns the number of bytes that were read: fewer than fit only at the end */
function fill(descriptor: number, buffer: Buffer): number {
  let filled = 0;
  while (filled < buffer.length) {
    const read = readSome(descriptor, buffer, filled);
    if (read === 0) break;
    filled += read;
  }
  return filled;
}

/** @returns the number of bytes that were read; 0 at the end */
function readSome(descriptor: number, buffer: Buffer, filled: number): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, filled, buffer.length - filled, null);
    } catch (error) {
      // Another process may have made the pipe non-blocking.
      if (errnoOf(error) === "EAGAIN") pauseSync(1);
      else if (errnoOf(error) === "EOF") return 0;
      else throw error;
    }
  }
}
