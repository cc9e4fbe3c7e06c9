import { existsSync, rmSync } from "node:fs";
import { fileError } from "../../system/file-error.ts";
import { withLock } from "../../system/file-lock.ts";
import { recordPath } from "../plaintext-files/record.ts";
import { ledgerPath } from "./ledger-file.ts";

/**
 * Removes the lists of what was handed out and of the files that were written: nothing of these can be found after that.
 *
 * @returns the files that were removed
 * @throws PprotectError `file_error`, `store_locked`
 */
export async function forgetHandedOut(
  stateDirectory: string,
  onWait: (message: string) => void,
): Promise<readonly string[]> {
  const lists = [ledgerPath(stateDirectory), recordPath(stateDirectory)];
  if (!lists.some((path) => existsSync(path))) return [];
  return withLock(ledgerPath(stateDirectory), { timeout: 15_000, quiet: 1_000, onWait }, () =>
    lists.filter((path) => existsSync(path)).map(remove),
  );
}

function remove(path: string): string {
  try {
    rmSync(path);
    return path;
  } catch (error) {
    throw fileError("remove", path, error);
  }
}
