import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { NOT_A_FILE } from "./file-error.ts";
import { systemPath } from "./path-text.ts";

class NotAFileError extends Error {
  readonly code = NOT_A_FILE;
}

/**
 * Reads a file that we or another program left at a known place. Only a regular file: a named pipe in its place would
 * make us wait for a writer forever.
 *
 * @param options.follow whether a symbolic link is followed
 * @throws what the system throws; an error with the code {@link NOT_A_FILE} for anything but a file or a directory
 */
export function readRegularFile(path: string, { follow = true }: { readonly follow?: boolean } = {}): Buffer {
  return withRegularFile(path, follow, (descriptor) => readFileSync(descriptor));
}

/** Bytes per read. */
const PIECE = 1 << 20;

/**
 * Reads a file in pieces: for one that is too large to be held in memory as a whole.
 *
 * @param take gets each piece, in memory that the next one overwrites
 * @throws as {@link readRegularFile}
 */
export function readRegularFileInPieces(path: string, take: (piece: Uint8Array) => void): void {
  const buffer = new Uint8Array(PIECE);
  withRegularFile(path, true, (descriptor) => {
    for (;;) {
      const read = readSync(descriptor, buffer);
      if (read === 0) return;
      take(buffer.subarray(0, read));
    }
  });
}

function withRegularFile<Result>(
  path: string,
  follow: boolean,
  read: (descriptor: number) => Result,
): Result {
  const descriptor = openRegularFile(path, { follow });
  try {
    return read(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Opens a file for reading: the caller closes the descriptor. @throws as {@link readRegularFile} */
export function openRegularFile(path: string, { follow }: { readonly follow: boolean }): number {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const descriptor = openSync(systemPath(path), O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  const stats = fstatSync(descriptor);
  // The system has its own words for reading a directory.
  if (stats.isFile() || stats.isDirectory()) return descriptor;
  closeSync(descriptor);
  throw new NotAFileError("not a regular file");
}

/** {@link readRegularFile} as text in UTF-8. @throws as that */
export function readRegularText(path: string): string {
  return readRegularFile(path).toString("utf8");
}
