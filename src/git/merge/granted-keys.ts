import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { Sides } from "./versions.ts";

/**
 * Says to whom a merge gave a domain's key though only one side has them as an owner. Such an owner may have been
 * written into the file by someone who could give nothing: their copy of the key cannot be told from a real
 * one, and the merge made the first that opens.
 *
 * @returns a sentence for each, without the line end
 */
export function grantedKeys({ ours, theirs }: Sides, merged: StoreData): string[] {
  const sides = [ours, theirs];
  return [...merged.domains].flatMap(([name, { owners }]) =>
    [...owners].flatMap(([owner, sealed]) => {
      const entries = sides.map((side) => side.domains.get(name)?.owners.get(owner));
      if (entries.includes(sealed) || !entries.includes(undefined)) return [];
      const side = entries[0] === undefined ? "theirs" : "ours";
      return [
        `${escapeUnprintable(owner)} got the present key of domain ${escapeUnprintable(name)}: an owner that only ${side} has`,
      ];
    }),
  );
}
