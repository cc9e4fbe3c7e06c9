import { lstatSync } from "node:fs";
import { errnoOf } from "./file-error.ts";
import { systemPath } from "./path-text.ts";

/** The errors of a path with nothing at it: nothing has its name, or something above it is not a directory. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/**
 * Looks at a file, such as by `lstatSync`. Its option `throwIfNoEntry` is not enough where paths are remembered or come from git:
 * by now, a directory of such a path may be a file.
 *
 * @returns `undefined` where there is nothing at the path
 * @throws any other error of `look`, such as `EACCES`: then it is not known whether there is something
 */
export function ifThere<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    if (ABSENT.has(errnoOf(error))) return undefined;
    throw error;
  }
}

/** Whether there is something at a path, or it is not known that there is nothing. @param look as for {@link ifThere} */
export function mayBeThere(look: () => unknown): boolean {
  try {
    return ifThere(look) !== undefined;
  } catch {
    return true;
  }
}

/** {@link mayBeThere} of a file, a link, or anything else at a path. */
export function pathMayExist(path: string): boolean {
  return mayBeThere(() => lstatSync(systemPath(path)));
}

/** Whether there is a regular file at a path, and not a link to one. @throws as {@link ifThere} */
export function isRegularFile(path: string): boolean {
  return ifThere(() => lstatSync(systemPath(path)))?.isFile() ?? false;
}
