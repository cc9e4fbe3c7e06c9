import { closeSync, constants, lstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { lazy } from "../../common/lazy.ts";
import { systemPath } from "../../system/path-text.ts";
import { isBlob } from "../process/blob-id.ts";
import { type FileChange, MAX_ADDED } from "./diff-parser.ts";

/** How many bytes git looks at to distinguish binary files from text. */
const BINARY_PROBE = 8000;

/** A file of a commit: its path from the root, and the id of its content. */
export type FileVersion = Pick<FileChange, "path" | "newId">;

/**
 * The content of a file, from the work tree. It is compared with git's id for it.
 * @param directory the root of the work tree
 * @returns valid until the next content is read; `undefined` when the work tree does not have this one, or it is larger than
 *   {@link MAX_ADDED}
 */
export function contentOnDisk(directory: string, { path, newId }: FileVersion): Uint8Array | undefined {
  const bytes = readSmall(join(directory, path));
  return bytes && isBlob(newId, [bytes]) ? bytes : undefined;
}

/** The size of a file in the work tree; 0 where there is none. */
export function sizeOnDisk(directory: string, path: string): number {
  try {
    return lstatSync(systemPath(join(directory, path))).size;
  } catch {
    return 0;
  }
}

/** Whether git takes a content for binary. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_PROBE).includes(0);
}

/** What files are read into, one after the other: new memory for each would take longer than to read it. */
const content = lazy(() => Buffer.allocUnsafeSlow(MAX_ADDED + 1));

/** Neither follows a link nor waits at a pipe. */
const TO_READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readSmall(path: string): Uint8Array | undefined {
  let file: number | undefined;
  try {
    file = openSync(systemPath(path), TO_READ);
    // One call reads all of a file. If it does not, the id says so.
    const length = readSync(file, content());
    return length > MAX_ADDED ? undefined : content().subarray(0, length);
  } catch {
    // It was removed, is no file, or its name is no text: git has its content.
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
