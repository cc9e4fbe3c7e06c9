import { compareCodePoints } from "../../common/code-points.ts";
import { readLedger } from "../../exec/handed-out/ledger-file.ts";
import { readAccessLog } from "../../lease/access-log/files.ts";
import { entriesIn } from "../../lease/access-log/filter.ts";
import { findLeases } from "../../lease/find.ts";
import { stateDirectory } from "../../system/state-directory.ts";

/** The ids of leases that last, and for `revoke` those of values that were given out. @param command its words */
export async function leaseIds(command: string | undefined): Promise<readonly string[]> {
  const { live, silent } = await findLeases(process.env);
  const shown = command === "revoke" ? readLedger(stateDirectory(process.env)).shown : [];
  return [...live.map(({ grant }) => grant.id), ...silent.map(({ id }) => id), ...shown.map(({ id }) => id)];
}

/** The clients that the newest file of the access log names. */
export function clientNames(): readonly string[] {
  const [, newest = ""] = readAccessLog(stateDirectory(process.env), { oldFiles: 0 }).at(-1) ?? [];
  const entries = entriesIn(newest);
  return [...new Set(entries.flatMap(({ client }) => client ?? []))].sort(compareCodePoints);
}
