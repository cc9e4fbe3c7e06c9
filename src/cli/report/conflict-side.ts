import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { ConflictSubject } from "../../git/merge/conflict.ts";
import { conflictText, type MergeKeys } from "../../git/merge/decisions.ts";
import { lastChange } from "../../git/merge/last-change.ts";
import type { StorePlace } from "../../git/merge/store-in-conflict.ts";
import type { Side, StoreVersions } from "../../git/merge/versions.ts";

/** The versions, keys and store of a merge with conflicts. */
export interface ConflictContext {
  readonly versions: StoreVersions;
  readonly keys: MergeKeys;
  readonly store: StorePlace;
}

/**
 * What a side has of the subject of a conflict, and who changed it last.
 * @param showsValue whether its value is shown, where the keys open it
 */
export async function sideLine(
  subject: ConflictSubject,
  side: Side,
  { versions, keys, store }: ConflictContext,
  showsValue: boolean,
): Promise<string> {
  const text = conflictText(versions[side], subject);
  const change = text ?? conflictText(versions.base, subject);
  const who = change === undefined ? undefined : await lastChange(store.repository, side, store.name, change);
  const value =
    showsValue && subject.kind === "secret"
      ? keys.credentials.secret(side, subject.domain, subject.name)
      : undefined;
  const state = text === undefined ? "absent" : value === undefined ? "present" : JSON.stringify(value);
  return escapeUnprintable(`  ${`${side}:`.padEnd(8)}${state}${who === undefined ? "" : `, by ${who}`}`);
}
