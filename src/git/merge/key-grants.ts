import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { StoreData } from "../../store/store-data.ts";
import { keyFingerprint } from "./merge-owners.ts";
import type { NewKey } from "./merge-stores.ts";
import { SIDES, type StoreVersions } from "./versions.ts";

/**
 * Everyone to whom a merge sealed a copy of a domain's key itself. The sentence says so where only one side has the owner:
 * anyone can write an owner into the file with a copy that opens nothing. Without the key such a copy looks like any other,
 * and the merge would seal the first one that opens.
 *
 * @returns a sentence for each, without the final period
 */
export function keyGrants(versions: StoreVersions, merged: StoreData): string[] {
  return [...merged.domains].flatMap(([name, { owners }]) =>
    [...owners].flatMap(([owner, sealed]) => {
      const copies = SIDES.map((side) => versions[side].domains.get(name)?.owners.get(owner));
      if (copies.includes(sealed)) return [];
      const fingerprint = keyFingerprint(merged.custodians.get(owner) ?? "");
      const only = copies.includes(undefined)
        ? `: only ${copies[0] === undefined ? "theirs" : "ours"} has this owner`
        : "";
      return [
        `${escapeUnprintable(owner)} (key ${fingerprint}) got the current key of domain ${escapeUnprintable(name)}${only}`,
      ];
    }),
  );
}

/** Says why a merge made a new key pair for a domain: a sentence without the final period. */
export function describeNewKey({ domain, reason }: NewKey): string {
  return `domain ${escapeUnprintable(domain)} has a new key, made by this merge: ${escapeUnprintable(reason)}`;
}
