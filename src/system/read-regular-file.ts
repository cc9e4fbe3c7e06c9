import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { NOT_A_FILE } from "./file-error.ts";
import { systemPath } from "./path-text.ts";

class NotAFileError extends Error {
  readonly code = NOT_A_FILE;
}

/**
 * Reads a file that we or another program left at a known place. Only a regular file: a named pipe in its place would
 * make us wait for a writer, for ever.
 *
 * @param options.follow whether a symbolic link is followed
 * @throws what the system throws; an error with the code {@link NOT_A_FILE} for anything but a file or a directory
 */
export function readRegularFile(path: string, { follow = true }: { readonly follow?: boolean } = {}): Buffer {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const descriptor = openSync(systemPath(path), O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
  try {
    const stats = fstatSync(descriptor);
    // The system has its own words for reading a directory.
    if (!stats.isFile() && !stats.isDirectory()) throw new NotAFileError("not a regular file");
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** {@link readRegularFile} as text in UTF-8. @throws as that */
export function readRegularText(path: string): string {
  return readRegularFile(path).toString("utf8");
}
