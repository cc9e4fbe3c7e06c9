import { displayName } from "../../common/terminal-safe.ts";
import { SECRET_PREFIX } from "../../store/store-data.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

/**
 * Finds sealed values that were copied to the name of another secret in the same domain. A sealed value is not bound to its
 * name, so it decrypts as the value of the other secret without an error; but each is sealed with a key of its own, so
 * equal ones are copies. A value whose old name is gone may have been renamed by hand, and is not reported.
 */
export function copiedValues({ store, parents }: StoreRevision): Remark[] {
  const remarks: Remark[] = [];
  for (const [domainName, { secrets }] of store.domains) {
    const before = parents.map((parent) => parent.domains.get(domainName)?.secrets);
    const changed = [...secrets].filter(([name, sealed]) => !before.some((old) => old?.get(name) === sealed));
    if (changed.length === 0) continue;
    const values = new Set(changed.map(([, sealed]) => sealed));
    const versions = [secrets, ...before].map((version) => namesOf(values, version));
    for (const [name, sealed] of changed) {
      const source = versions
        .flatMap((version) => version.get(sealed) ?? [])
        .find((other) => other !== name && secrets.has(other));
      if (source === undefined) continue;
      remarks.push({
        at: [domainName, SECRET_PREFIX + name],
        rule: "copied-value",
        message: `domain "${displayName(domainName)}": secret "${displayName(name)}" has the sealed value of secret "${displayName(source)}", so owners would read that value: set it with \`pprotect set-secret\``,
      });
    }
  }
  return remarks;
}

/** The names of the secrets that have these sealed values, by value. */
function namesOf(
  values: ReadonlySet<string>,
  secrets: ReadonlyMap<string, string> | undefined,
): Map<string, string[]> {
  const names = new Map<string, string[]>();
  secrets?.forEach((sealed, name) => {
    if (!values.has(sealed)) return;
    const others = names.get(sealed);
    if (others) others.push(name);
    else names.set(sealed, [name]);
  });
  return names;
}
