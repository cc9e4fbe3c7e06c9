import { type StoreData, unionOfKeys } from "../../store/store-data.ts";
import type { Conflict, ConflictSubject } from "./conflict.ts";
import { chosenSide, type MergedCustodians, type MergeOptions, type Step } from "./merge-context.ts";
import {
  SIDES,
  type Side,
  type StoreVersions,
  unchallengedSides,
  type Versions,
  versionsOf,
} from "./versions.ts";

/** The custodians after a merge, each with one version's key material. */
export function mergeCustodians(versions: StoreVersions, options: MergeOptions): Step<MergedCustodians> {
  const pwdkm = new Map<string, string>();
  const chosenSides = new Map<string, Side>();
  const conflicts: Conflict[] = [];
  for (const name of unionOfKeys(versions.ours.custodians, versions.theirs.custodians)) {
    const material = versionsOf(versions, ({ custodians }) => custodians.get(name));
    const [unchallenged] = unchallengedSides(material, (a, b) => a === b);
    let side = unchallenged;
    if (side === undefined || (material[side] === undefined && gainedDomain(name, versions))) {
      const subject: ConflictSubject = { kind: "custodian", name };
      const chosen = chosenSide(subject, options);
      if (chosen === undefined)
        conflicts.push({ subject, reason: reasonFor(material), credentials: "useless" });
      side = chosen ?? "ours";
      if (material.ours === undefined || material.theirs === undefined) chosenSides.set(name, side);
    }
    const merged = material[side];
    if (merged !== undefined) pwdkm.set(name, merged);
  }
  return { value: { pwdkm, chosenSides }, conflicts };
}

function reasonFor({ ours, theirs }: Versions<string>): string {
  if (ours === undefined) return "removed by ours, changed or made an owner by theirs";
  if (theirs === undefined) return "removed by theirs, changed or made an owner by ours";
  return "both sides changed its key (a new passphrase, or the same name added twice)";
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
