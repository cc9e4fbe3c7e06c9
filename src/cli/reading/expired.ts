import type { HandedOutFile } from "../../exec/handed-out/ledger.ts";
import { readLedger } from "../../exec/handed-out/ledger-file.ts";
import { type FilesRemoved, removeFiles } from "../../exec/handed-out/take-back.ts";
import { deadSockets, type FoundLeases, findLeases, removeDeadSockets } from "../../lease/find.ts";
import { stateDirectory } from "../../system/state-directory.ts";

/**
 * Removes files of secrets whose time is over or whose lease has ended, and the sockets of leases that were killed.
 * @throws PprotectError `file_error`, `store_locked`
 */
export async function removeExpired(
  dryRun: boolean,
  onWait: (message: string) => void,
): Promise<FilesRemoved> {
  const directory = stateDirectory(process.env);
  const found = await findLeases(process.env);
  const expired = readLedger(directory).files.filter((file) => hasEnded(file, found));
  if (dryRun) {
    return {
      removed: [...expired.map(({ path }) => path), ...deadSockets(found.dead)],
      kept: [],
    };
  }
  const sockets = removeDeadSockets(found.dead);
  if (expired.length === 0) return { removed: sockets, kept: [] };
  const { removed, kept } = await removeFiles(expired, onWait, directory);
  return { removed: [...removed, ...sockets], kept };
}

/** A lease that is silent may be there still. */
function hasEnded({ until, lease }: HandedOutFile, { live, silent }: FoundLeases): boolean {
  if (until !== undefined && until <= Date.now()) return true;
  if (lease === undefined) return false;
  return !live.some(({ grant }) => grant.id === lease) && !silent.some(({ id }) => id === lease);
}
