import { displayName } from "../../common/terminal-safe.ts";
import { type StoreData, unionOfKeys } from "../../store/store-data.ts";
import type { Conflict, ConflictSubject, UndoneChange } from "./conflict.ts";
import {
  changeKind,
  chosenSide,
  type MergedCustodians,
  type MergeOptions,
  type Step,
  step,
} from "./merge-context.ts";
import {
  changedSide,
  otherSide,
  SIDES,
  type Side,
  type StoreVersions,
  type Versions,
  versionsOf,
} from "./versions.ts";

/** The custodians after a merge, each with one version's key material. */
export function mergeCustodians(versions: StoreVersions, options: MergeOptions): Step<MergedCustodians> {
  const pwdkm = new Map<string, string>();
  const chosenSides = new Map<string, Side>();
  const conflicts: Conflict[] = [];
  const undone: UndoneChange[] = [];
  for (const name of unionOfKeys(versions.ours.custodians, versions.theirs.custodians)) {
    const material = versionsOf(versions, ({ custodians }) => custodians.get(name));
    const changed = changedSide(material, versions);
    const reason = conflictReason(name, material, changed, versions);
    let side = changed ?? "ours";
    if (reason !== undefined) {
      const subject: ConflictSubject = { kind: "custodian", name };
      const chosen = chosenSide(subject, options);
      if (chosen === undefined) {
        conflicts.push({ subject, reason, credentials: "useless", choices: SIDES });
      } else {
        const other = otherSide(chosen);
        if (material[other] !== material.base)
          undone.push({ subject, side: other, change: changeKind(material.base, material[other]) });
      }
      side = chosen ?? "ours";
      if (material.ours === undefined || material.theirs === undefined) chosenSides.set(name, side);
    }
    const merged = material[side];
    if (merged !== undefined) pwdkm.set(name, merged);
  }
  return step({ pwdkm, chosenSides }, conflicts, undone);
}

function conflictReason(
  name: string,
  material: Versions<string>,
  changed: Side | undefined,
  versions: StoreVersions,
): string | undefined {
  const { base, ours, theirs } = material;
  const present: Side | undefined = ours === undefined ? "theirs" : theirs === undefined ? "ours" : undefined;
  if (changed === undefined && versions.isBaseUnreadable && present) return onlyOneHas(present);
  if (changed !== undefined && material[changed] !== undefined) {
    return ours !== theirs && base !== material[changed] && keptStaleCopy(name, changed, versions)
      ? `${changed} replaced its key but kept copies of domain keys that are sealed to the old one`
      : undefined;
  }
  if (changed !== undefined && !gainedDomain(name, versions)) return undefined;
  if (present) {
    const domains = domainsBack(name, present, versions);
    const back = domains.length === 0 ? "" : `; kept, it owns ${domains.join(", ")} again`;
    return `removed by ${otherSide(present)}, changed or made an owner by ${present}${back}`;
  }
  return "both sides changed its key (a new passphrase, or the same name added twice)";
}

/** For what may have been added by one side or removed by the other. */
export function onlyOneHas(side: Side): string {
  return `only ${side} has it, and the common ancestor cannot be read: ${side} added it, or ${otherSide(side)} removed it`;
}

/** Whether a side changed a custodian's key but not its copy of a domain's key (FORMAT.md, "What ties entries together"). */
function keptStaleCopy(name: string, side: Side, versions: StoreVersions): boolean {
  if (!versions.base.custodians.has(name)) return false;
  return [...versions[side].domains].some(([domain, { owners }]) => {
    const copy = owners.get(name);
    return copy !== undefined && copy === versions.base.domains.get(domain)?.owners.get(name);
  });
}

/** The domains that a custodian was removed from, and that it owns if the side that has it is taken. */
function domainsBack(name: string, present: Side, { base, ...sides }: StoreVersions): string[] {
  const removed = sides[otherSide(present)].domains;
  return [...sides[present].domains].flatMap(([domain, { owners }]) =>
    owners.has(name) && base.domains.get(domain)?.owners.has(name) && removed.has(domain)
      ? [displayName(domain)]
      : [],
  );
}

/** Whether a side made a custodian the owner of a domain that it did not own in the base. */
function gainedDomain(name: string, versions: StoreVersions): boolean {
  const owned = (store: StoreData, domain: string): boolean =>
    store.domains.get(domain)?.owners.has(name) ?? false;
  return SIDES.some((side) =>
    [...versions[side].domains.keys()].some(
      (domain) => owned(versions[side], domain) && !owned(versions.base, domain),
    ),
  );
}
