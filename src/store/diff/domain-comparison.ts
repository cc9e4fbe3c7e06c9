import { compareCodePoints } from "../../common/code-points.ts";

/** A secret name of two domains, and where it is. */
export interface ComparedName {
  readonly secret: string;
  /** `both` when the values were not compared. */
  readonly state: "first" | "second" | "both" | "equal" | "different";
}

/** Two secrets of different names, one of each domain, that have the same value. */
export interface SharedValue {
  readonly first: string;
  readonly second: string;
}

/** What differs between two domains. Holds no values. */
export interface DomainComparison {
  /** Each name of either domain, sorted. */
  readonly names: readonly ComparedName[];
  readonly shared: readonly SharedValue[];
  /** Whether a name is missing in one of them, or has two values. */
  readonly differs: boolean;
}

/** Compares the names of two domains, without credentials. */
export function compareNames(first: Iterable<string>, second: Iterable<string>): DomainComparison {
  const [one, other] = [new Set(first), new Set(second)];
  return comparison(one, other, () => "both", []);
}

/** Compares the names and values of two domains. @param first plaintext values by name */
export function compareValues(
  first: ReadonlyMap<string, string>,
  second: ReadonlyMap<string, string>,
): DomainComparison {
  const namesByValue = Map.groupBy(second.keys(), (name) => second.get(name) ?? "");
  const shared = [...first].flatMap(([name, value]) =>
    // An empty value is shared by everything that is not set yet.
    value === ""
      ? []
      : (namesByValue.get(value) ?? [])
          .filter((other) => other !== name)
          .map((other) => ({ first: name, second: other })),
  );
  const state = (name: string) => (first.get(name) === second.get(name) ? "equal" : "different");
  return comparison(new Set(first.keys()), new Set(second.keys()), state, shared);
}

function comparison(
  one: ReadonlySet<string>,
  other: ReadonlySet<string>,
  stateInBoth: (name: string) => ComparedName["state"],
  shared: readonly SharedValue[],
): DomainComparison {
  const names = [...one.union(other)].sort(compareCodePoints).map((secret): ComparedName => {
    if (!other.has(secret)) return { secret, state: "first" };
    return { secret, state: one.has(secret) ? stateInBoth(secret) : "second" };
  });
  const sorted = shared.toSorted(
    (a, b) => compareCodePoints(a.first, b.first) || compareCodePoints(a.second, b.second),
  );
  const differs = names.some(({ state }) => state !== "both" && state !== "equal");
  return { names, shared: sorted, differs };
}
