import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileError } from "./file-error.ts";

/**
 * A path whose folders are no symbolic links; its last part may be one, or not be there.
 * @throws PprotectError `file_error` when the folder is not there
 */
export function realpathOfParent(path: string): string {
  const absolute = resolve(path);
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch (error) {
    throw fileError("find the folder of", path, error);
  }
}
