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
    const changed = changedNames(secrets, before);
    if (changed.length === 0) continue;
    const values = new Set(changed.map((name) => secrets.get(name) ?? ""));
    const versions = [secrets, ...before].map((version) => namesOf(values, version));
    for (const name of changed) {
      const sealed = secrets.get(name) ?? "";
      const source = firstName(versions, sealed, (other) => other !== name && secrets.has(other));
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

type Secrets = ReadonlyMap<string, string>;
type Names = ReadonlyMap<string, string | string[]>;

/** The secrets whose values no version of before has under the same name. */
function changedNames(secrets: Secrets, before: readonly (Secrets | undefined)[]): string[] {
  if (before.includes(secrets)) return [];
  const names: string[] = [];
  secrets.forEach((sealed, name) => {
    if (!before.some((old) => old?.get(name) === sealed)) names.push(name);
  });
  return names;
}

/** The first name that a value has, of those that are wanted. */
function firstName(
  versions: readonly Names[],
  sealed: string,
  isWanted: (name: string) => boolean,
): string | undefined {
  for (const version of versions) {
    const names = version.get(sealed) ?? [];
    const found = typeof names === "string" ? (isWanted(names) ? names : undefined) : names.find(isWanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The names of the secrets that have these sealed values, by value: a single one, for nearly all, without an array. */
function namesOf(values: ReadonlySet<string>, secrets: Secrets | undefined): Names {
  const names = new Map<string, string | string[]>();
  secrets?.forEach((sealed, name) => {
    if (!values.has(sealed)) return;
    const others = names.get(sealed);
    if (others === undefined) names.set(sealed, name);
    else if (typeof others === "string") names.set(sealed, [others, name]);
    else others.push(name);
  });
  return names;
}
