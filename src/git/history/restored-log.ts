import type { StoreData } from "../../store/store-data.ts";
import { continuesLog } from "../guard/audit-log-rules.ts";
import { type ReturnedOwner, returnedOwners } from "../guard/returned-owners.ts";
import { mergeAuditLogs } from "../merge/audit-log-merge.ts";

/** An audit log with the entries that a revert took out of it. */
export interface RestoredLog {
  readonly auditLog: readonly string[];
  /** How many entries were missing. */
  readonly restored: number;
  /** Owners whom the versions with the longer log do not have. */
  readonly back: readonly ReturnedOwner[];
}

/** @param earlier versions of the store whose logs the store's must continue; one that it does continue changes nothing */
export function restoredLog(store: StoreData, earlier: readonly StoreData[]): RestoredLog {
  const longer = earlier.filter(({ auditLog }) => !continuesLog(auditLog, store.auditLog, earlier));
  const auditLog = longer.reduce((log, each) => mergeAuditLogs([], each.auditLog, log), store.auditLog);
  return {
    auditLog,
    restored: auditLog.length - store.auditLog.length,
    back: longer.length === 0 ? [] : returnedOwners(store, longer),
  };
}
