import { fstatSync, type Stats } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { isGivenDescriptor, withInput } from "./open-input.ts";
import { continuesWith, readStart } from "./read-start.ts";
import { readText } from "./read-text.ts";
import { realpathOfFile } from "./real-path.ts";

/** Maximum size in bytes of a store, and of a manifest. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** The same, for messages. */
export const LARGER_THAN_MAX = `larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`;

/**
 * Reads a file of limited size. A symbolic link in a repository may point to a device, a pipe or a file of the kernel,
 * which could be endless or never answer: only a pipe or a socket that we were given ourselves is read.
 *
 * @param shown the file's path for messages
 * @returns `undefined` when it is larger than `limit` bytes
 * @throws PprotectError `file_error` when it is not a file; what the system throws
 */
export function readBounded(path: string, shown: string, limit: number): Uint8Array | undefined {
  return withBounded(path, shown, (descriptor, { size }) => {
    const bytes = readStart(descriptor, limit + 1, shown, size);
    return bytes.length > limit ? undefined : bytes;
  });
}

/**
 * Reads the text of a regular file: unlike {@link readBounded}, without the bytes beside it, which matters if it is long.
 *
 * @returns `undefined` when it has to be read as bytes: it is larger than `limit`, not a regular file, or its bytes may
 *   not be the UTF-8 of any text
 * @throws as {@link readBounded}
 */
export function readBoundedText(path: string, shown: string, limit: number): string | undefined {
  return withBounded(path, shown, (descriptor, stats) => {
    if (!stats.isFile() || stats.size > limit) return undefined;
    return readText(descriptor, stats.size);
  });
}

/**
 * Whether a file holds exactly a text in UTF-8, without reading all of it into memory.
 *
 * @param shown the file's path for messages
 * @throws as {@link readBounded}
 */
export function isContentOf(path: string, shown: string, text: string): boolean {
  return withBounded(path, shown, (descriptor) => continuesWith(descriptor, text));
}

function withBounded<Result>(
  path: string,
  shown: string,
  read: (descriptor: number, stats: Stats) => Result,
): Result {
  const given = isGivenDescriptor(path);
  if (!given) refuseKernelFile(path, shown);
  return withInput(path, (descriptor) => {
    const stats = fstatSync(descriptor);
    const isStream = stats.isFIFO() || stats.isSocket();
    if (!stats.isFile() && !(given && isStream) && !stats.isDirectory()) throw notAFile(shown);
    return read(descriptor, stats);
  });
}

function refuseKernelFile(path: string, shown: string): void {
  if (/^\/(?:proc|sys)\//.test(realpathOfFile(path))) throw notAFile(shown);
}

function notAFile(shown: string): PprotectError {
  return new PprotectError("file_error", `cannot read ${escapeUnprintable(shown)}: is not a regular file`);
}
