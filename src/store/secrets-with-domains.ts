import { compareCodePoints, isSorted, sortedByKey } from "../common/code-points.ts";
import type { StoreData } from "./store-data.ts";

/** A secret's name, and the domains that have a secret of that name. */
export type SecretWithDomains = {
  readonly secret: string;
  readonly domains: readonly string[];
};

/** Each secret with its domains, both sorted, one secret at a time: a store may have very many. */
export function* secretsWithDomains({ domains }: StoreData): Generator<SecretWithDomains> {
  const sorted = [...sortedByKey(domains)];
  const names = sorted.flatMap(([, { secrets }]) => [...secrets.keys()]);
  const domainOf = sorted.flatMap(([name, { secrets }]) => Array<string>(secrets.size).fill(name));
  // Most secrets are in one domain only: they share a list.
  const alone = new Map(sorted.map(([name]) => [name, [name]]));
  const order = sortedOrder(names);
  for (let at = 0; at < order.length; ) {
    const secret = names[order[at] ?? 0] ?? "";
    const first = domainOf[order[at] ?? 0] ?? "";
    let several: string[] | undefined;
    // Nothing is made of a part of the list: that takes most of the time where there are very many.
    for (
      let place = order[++at] ?? names.length;
      names[place] === secret;
      place = order[++at] ?? names.length
    ) {
      several ??= [first];
      several.push(domainOf[place] ?? "");
    }
    yield { secret, domains: several ?? alone.get(first) ?? [first] };
  }
}

/** The places of names in their order; equal ones stay as they are. */
function sortedOrder(names: readonly string[]): Uint32Array {
  const order = new Uint32Array(names.length).map((_, at) => at);
  // With one domain they usually are in order.
  if (isSorted(names)) return order;
  return order.sort((a, b) => compareCodePoints(names[a] ?? "", names[b] ?? "") || a - b);
}
