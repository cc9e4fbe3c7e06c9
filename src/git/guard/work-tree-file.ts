import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hashHex } from "../../crypto/runtime-crypto.ts";
import { systemPath } from "../../system/path-text.ts";
import { type FileChange, MAX_ADDED } from "./diff-parser.ts";

/** How many bytes git looks at to tell binary files from text. */
const BINARY_PROBE = 8000;

/** A file of a commit: its path from the root, and the id of its content. */
export type FileVersion = Pick<FileChange, "path" | "newId">;

/**
 * The content of a file, from the work tree. It is compared with git's id for it.
 * @param directory the root of the work tree
 * @returns `undefined` when the work tree does not have this content, or it is larger than {@link MAX_ADDED}
 */
export function contentOnDisk(directory: string, { path, newId }: FileVersion): Uint8Array | undefined {
  const bytes = readSmall(join(directory, path));
  return bytes && blobId(bytes, newId.length) === newId ? bytes : undefined;
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

function readSmall(path: string): Uint8Array | undefined {
  try {
    const stats = lstatSync(systemPath(path));
    return stats.isFile() && stats.size <= MAX_ADDED ? readFileSync(systemPath(path)) : undefined;
  } catch {
    // It was removed, or its name is no text: git has its content.
    return undefined;
  }
}

/** Git's id of a blob. @param length of the id, which tells the hash */
function blobId(bytes: Uint8Array, length: number): string {
  return hashHex(length === 40 ? "sha1" : "sha256", [`blob ${bytes.length}\0`, bytes]);
}
