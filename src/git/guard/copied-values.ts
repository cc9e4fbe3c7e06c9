import { displayName } from "../../common/terminal-safe.ts";
import { SECRET_PREFIX } from "../../store/store-data.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

/**
 * Sealed values that stand under another name than they were sealed for, within one domain. A sealed value is
 * not bound to its name, so an owner reads it as the other secret's and nothing fails; but each is sealed
 * under a key of its own, so that equal ones are copies. One whose old name is gone may be a renaming by hand.
 */
export function copiedValues({ store, parents }: StoreRevision): Remark[] {
  const remarks: Remark[] = [];
  for (const [domainName, { secrets }] of store.domains) {
    const before = parents.map((parent) => parent.domains.get(domainName)?.secrets);
    const versions = [secrets, ...before].filter((version) => version !== undefined).map(namesBySealed);
    for (const [name, sealed] of secrets) {
      if (before.some((old) => old?.get(name) === sealed)) continue;
      const source = versions
        .flatMap((version) => version.get(sealed) ?? [])
        .find((other) => other !== name && secrets.has(other));
      if (source === undefined) continue;
      remarks.push({
        at: [domainName, SECRET_PREFIX + name],
        rule: "copied-value",
        message: `domain "${displayName(domainName)}": secret "${displayName(name)}" has the sealed value of secret "${displayName(source)}", which owners would now read in its place: set it with \`pprotect set-secret\`, which seals each value anew`,
      });
    }
  }
  return remarks;
}

function namesBySealed(secrets: ReadonlyMap<string, string>): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [name, sealed] of secrets) names.set(sealed, [...(names.get(sealed) ?? []), name]);
  return names;
}
