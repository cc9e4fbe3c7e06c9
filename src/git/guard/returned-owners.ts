import { displayName } from "../../common/terminal-safe.ts";
import type { StoreData } from "../../store/store-data.ts";

/** An owner of a domain. */
export interface ReturnedOwner {
  readonly domain: string;
  readonly owner: string;
}

/** Owners whom none of some earlier versions has: those that a revert brought back. */
export function returnedOwners({ domains }: StoreData, earlier: readonly StoreData[]): ReturnedOwner[] {
  return [...domains].flatMap(([domain, { owners }]) =>
    [...owners.keys()]
      .filter((owner) => !earlier.some((store) => store.domains.get(domain)?.owners.has(owner)))
      .map((owner) => ({ domain, owner })),
  );
}

/** Owners as one phrase: `bob@example.com (prod)`. */
export function ownersPhrase(owners: readonly ReturnedOwner[]): string {
  return owners.map(({ domain, owner }) => `${displayName(owner)} (${displayName(domain)})`).join(", ");
}
