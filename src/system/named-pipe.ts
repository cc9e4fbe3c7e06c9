import { closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { pauseSync } from "../common/pause.ts";
import { errnoOf } from "./file-error.ts";
import { isGivenDescriptor } from "./open-input.ts";
import { systemPath } from "./path-text.ts";

/** ms to wait for a process that opens a pipe to write to it. */
const PATIENCE_MS = 30_000;
/** ms between two looks. */
const LOOK_MS = 10;

/** Whether a path is that of a named pipe (fifo(7)), which no process need write to; a pipe that we were given is not one. */
export function isNamedPipe(path: string): boolean {
  if (isGivenDescriptor(path)) return false;
  return statSync(systemPath(path), { throwIfNoEntry: false })?.isFIFO() === true;
}

/**
 * Reads a named pipe to its end. Blocks the thread: as long as a process has it open to write, but not forever where
 * none does.
 *
 * @param limit the most bytes that are read
 * @returns `undefined` when no process opened it in time
 * @throws what the system throws
 */
export function readNamedPipe(path: string, limit: number, patience = PATIENCE_MS): Uint8Array | undefined {
  const descriptor = openSync(systemPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
  const until = performance.now() + patience;
  const bytes = Buffer.alloc(limit);
  let filled = 0;
  let hasWriter = false;
  try {
    while (filled < bytes.length) {
      const read = readAvailable(descriptor, bytes, filled);
      if (read === 0 && hasWriter) break;
      if (read === 0 && performance.now() > until) return undefined;
      if (read === undefined || read > 0) hasWriter = true;
      if (read === undefined || read === 0) pauseSync(LOOK_MS);
      filled += read ?? 0;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

/** @returns the number of bytes; 0 where no process has the pipe open to write, `undefined` where one has written none yet */
function readAvailable(descriptor: number, bytes: Buffer, at: number): number | undefined {
  try {
    return readSync(descriptor, bytes, at, bytes.length - at, null);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    if (errnoOf(error) === "EOF") return 0;
    throw error;
  }
}
