import { pathMayExist } from "../../system/if-there.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";
import { movedWithStore } from "./moved-store.ts";
import { isAsWritten, isFile, type WrittenFile, withRecord } from "./record.ts";
import { removeWritten } from "./shred.ts";

/** The result of a cleanup, as absolute paths. */
export interface CleanUp {
  readonly removed: readonly string[];
  /** Changed since we wrote them, or replaced by links, so they may hold data of others. */
  readonly kept: readonly string[];
  /** Still there, from stores that are not where they were. Whether one of those is this store is not known. */
  readonly elsewhere: readonly Pick<WrittenFile, "path" | "store">[];
}

/**
 * Overwrites and removes the files that were written with secrets of a store, unless they were changed since. If the
 * directory of the store was moved, they are found at their new place.
 *
 * @param store its path; it may be missing, as may its directory
 * @param dryRun report only, remove nothing
 * @throws PprotectError `file_error`; files that were not removed stay on record
 */
export async function cleanUp(
  store: string,
  dryRun: boolean,
  onWait: (message: string) => void,
): Promise<CleanUp> {
  const source = realpathOfExistingPrefix(store);
  return cleanUpThose((file) => file.store === source, dryRun, onWait, source);
}

/**
 * {@link cleanUp} of the files of all stores.
 * @param store the one here, which may have been moved with its files; it may be missing
 * @throws PprotectError `file_error`
 */
export function cleanUpAll(store: string, onWait: (message: string) => void): Promise<CleanUp> {
  return cleanUpThose(() => true, false, onWait, realpathOfExistingPrefix(store));
}

function cleanUpThose(
  isOwn: (file: WrittenFile) => boolean,
  dryRun: boolean,
  onWait: (message: string) => void,
  store: string,
): Promise<CleanUp> {
  return withRecord(onWait, ({ files: recorded, save }) => {
    const files = recorded.map((file) => movedWithStore(file, store) ?? file);
    const own = files.filter(isOwn);
    const removed = own.flatMap(removable);
    const kept = own.map(({ path }) => path).filter((path) => pathMayExist(path) && !removed.includes(path));
    if (!dryRun && own.length > 0) {
      for (const path of removed) removeWritten(path);
      save(files.filter((file) => !isOwn(file) || kept.includes(file.path)));
    }
    const elsewhere = files.filter(
      (file) => !isOwn(file) && !pathMayExist(file.store) && pathMayExist(file.path),
    );
    return { removed, kept, elsewhere };
  });
}

/** The paths to remove for a file. Its temporary file is always ours, complete or not. */
function removable(file: WrittenFile): string[] {
  const whole = isAsWritten(file) ? [file.path] : [];
  return isFile(file.temporary) ? [...whole, file.temporary] : whole;
}
