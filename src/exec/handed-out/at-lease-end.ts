import { chosen } from "./ledger.ts";
import { readLedger } from "./ledger-file.ts";
import { removeFiles } from "./take-back.ts";

/**
 * Removes the files of secrets that were written under a lease, when it ends: those that are as they were written.
 *
 * @param lease its id
 * @throws PprotectError `file_error`, `store_locked`
 */
export async function removeFilesOfLease(lease: string, stateDirectory: string): Promise<void> {
  const { files } = chosen(readLedger(stateDirectory), { by: "id", id: lease });
  if (files.length > 0) await removeFiles(files, () => undefined, stateDirectory);
}
