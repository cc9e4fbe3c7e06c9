import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { absolutePath, systemPath } from "./path-text.ts";
import { readStart } from "./read-start.ts";
import { realPath } from "./real-path.ts";

/** Maximum size in bytes of a store, and of a manifest. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** The same, for messages. */
export const LARGER_THAN_MAX = `larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`;

/** Paths of descriptors that we were given: a shell's `<(…)`, or a pipe on standard input. */
const OWN_DESCRIPTOR = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/**
 * Reads a file of limited size. A symbolic link in a repository may point to a device, a pipe or a file of the kernel,
 * which could be endless or never answer: only a pipe that we were given ourselves is read.
 *
 * @param shown the file's path for messages
 * @returns `undefined` when it is larger than `limit` bytes
 * @throws PprotectError `file_error` when it is not a file; what the system throws
 */
export function readBounded(path: string, shown: string, limit: number): Uint8Array | undefined {
  const given = OWN_DESCRIPTOR.test(absolutePath(path));
  if (!given) refuseKernelFile(path, shown);
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const descriptor = openSync(
    systemPath(path),
    given ? "r" : constants.O_RDONLY | (constants.O_NONBLOCK ?? 0),
  );
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() && !(given && stats.isFIFO()) && !stats.isDirectory()) throw notAFile(shown);
    const bytes = readStart(descriptor, limit + 1, shown);
    return bytes.length > limit ? undefined : bytes;
  } finally {
    closeSync(descriptor);
  }
}

function refuseKernelFile(path: string, shown: string): void {
  if (/^\/(?:proc|sys)\//.test(realPath(path))) throw notAFile(shown);
}

function notAFile(shown: string): PprotectError {
  return new PprotectError("file_error", `cannot read ${escapeUnprintable(shown)}: is not a regular file`);
}
