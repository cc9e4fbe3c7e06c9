import { closeSync, openSync, readSync } from "node:fs";
import { pauseSync } from "../common/pause.ts";
import { errnoOf, fileError } from "./file-error.ts";
import { systemPath } from "./path-text.ts";

/**
 * Reads at most `length` bytes: a symbolic link in a repository may point to an endless file such as /dev/zero.
 *
 * @param path a file, or a descriptor that stays open
 * @param name for messages
 * @throws PprotectError `file_error`
 */
export function readStart(path: string | number, length: number, name = String(path)): Uint8Array {
  try {
    const descriptor = typeof path === "number" ? path : openSync(systemPath(path), "r");
    try {
      return readChunks(descriptor, length);
    } finally {
      if (descriptor !== path) closeSync(descriptor);
    }
  } catch (error) {
    throw fileError("read", name, error);
  }
}

const FIRST_CHUNK = 64 * 1024;

/**
 * {@link readStart} of a descriptor. The buffer grows with what is there: most files are far smaller than what is
 * allowed.
 *
 * @throws what the system throws
 */
export function readChunks(descriptor: number, length: number): Uint8Array {
  let buffer = Buffer.alloc(Math.min(length, FIRST_CHUNK));
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
