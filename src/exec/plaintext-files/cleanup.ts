import { lstatSync } from "node:fs";
import { realpathOfParent } from "../../system/real-path.ts";
import { isAsWritten, type WrittenFile, withRecord } from "./record.ts";
import { removeOverwritten } from "./shred.ts";

/** What became of the files that we wrote; absolute paths. */
export interface CleanUp {
  readonly removed: readonly string[];
  /** Changed since we wrote them, or become links: not all in them is ours to remove. */
  readonly kept: readonly string[];
}

/**
 * Overwrites and removes the files that were written with secrets of a store, as far as they are as written.
 *
 * @param dryRun only say what would be done
 * @throws PprotectError `file_error`; what was not removed by then is not forgotten
 */
export async function cleanUp(
  store: string,
  dryRun: boolean,
  onWait: (message: string) => void,
): Promise<CleanUp> {
  const source = realpathOfParent(store);
  return withRecord(onWait, ({ files, save }) => {
    const own = files.filter((file) => file.store === source);
    const removed = own.flatMap(removable);
    const kept = own.map(({ path }) => path).filter((path) => isThere(path) && !removed.includes(path));
    if (!dryRun && own.length > 0) {
      for (const path of removed) removeOverwritten(path);
      save(files.filter((file) => file.store !== source || kept.includes(file.path)));
    }
    return { removed, kept };
  });
}

/** The paths of a file that are ours to remove; the temporary one is nobody else's, however far it got. */
function removable(file: WrittenFile): string[] {
  const whole = isAsWritten(file) ? [file.path] : [];
  return lstatSync(file.temporary, { throwIfNoEntry: false })?.isFile() ? [...whole, file.temporary] : whole;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
