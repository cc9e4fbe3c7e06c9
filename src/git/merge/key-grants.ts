import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { StoreData } from "../../store/store-data.ts";
import { SIDES, type StoreVersions } from "./versions.ts";

/**
 * Owners to whom a merge gave a domain's key though only one side has them as an owner. Anyone can write an owner
 * into the file with a copy that opens nothing; without the key such a copy looks like any other, and the merge
 * would make the first one that opens.
 *
 * @returns a sentence for each, without the final period
 */
export function keyGrants(versions: StoreVersions, merged: StoreData): string[] {
  return [...merged.domains].flatMap(([name, { owners }]) =>
    [...owners].flatMap(([owner, sealed]) => {
      const copies = SIDES.map((side) => versions[side].domains.get(name)?.owners.get(owner));
      if (copies.includes(sealed) || !copies.includes(undefined)) return [];
      const side = copies[0] === undefined ? "theirs" : "ours";
      return [
        `${escapeUnprintable(owner)} got the current key of domain ${escapeUnprintable(name)}: only ${side} has this owner`,
      ];
    }),
  );
}
