import { fstatSync, statSync } from "node:fs";

/**
 * Whether two paths or file descriptors refer to the same file, pipe or terminal, through symbolic and hard links.
 * @returns `false` when one of them does not exist, is closed or cannot be read
 */
export function isSameFile(one: string | number, other: string | number): boolean {
  try {
    const [a, b] = [inodeOf(one), inodeOf(other)];
    return a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** As bigints: an inode number on Windows has 64 bits. */
function inodeOf(file: string | number): { dev: bigint; ino: bigint } {
  return typeof file === "number" ? fstatSync(file, { bigint: true }) : statSync(file, { bigint: true });
}
