import { type Domain, type StoreData, unionOfKeys } from "../../store/store-data.ts";
import { mergeAuditLogs } from "./audit-log-merge.ts";
import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { MergeContext, MergeOptions } from "./merge-context.ts";
import { mergeDomain } from "./merge-domain.ts";
import { acceptableSides, type Choice, type Sides } from "./versions.ts";

export interface MergeResult {
  /** Everything merged; a conflict without a decision stands as ours. */
  readonly store: StoreData;
  readonly conflicts: readonly Conflict[];
}

/**
 * A three-way merge by meaning: per custodian, per domain, per secret, per owner (FORMAT.md, "What ties entries
 * together"). An entry sealed to a key that does not stand any more is never taken as it is: it is sealed anew
 * with the opener's help, or it is a conflict.
 */
export function mergeStores(sides: Sides, options: MergeOptions): MergeResult {
  const conflicts: Conflict[] = [];
  const report = (conflict: Conflict): void => void conflicts.push(conflict);
  const { custodians, choices } = mergeCustodians(sides, options, report);
  const context: MergeContext = { ...options, sides, custodians, custodianChoices: choices, report };

  const domains = new Map<string, Domain>();
  for (const name of unionOfKeys(sides.ours.domains, sides.theirs.domains)) {
    const domain = mergeDomain(name, context);
    if (domain) domains.set(name, domain);
  }
  const auditLog = mergeAuditLogs(sides.base.auditLog, sides.ours.auditLog, sides.theirs.auditLog);
  return { store: { domains, custodians, auditLog }, conflicts };
}

function mergeCustodians(
  sides: Sides,
  options: MergeOptions,
  report: (conflict: Conflict) => void,
): { custodians: Map<string, string>; choices: Map<string, Choice> } {
  const custodians = new Map<string, string>();
  const choices = new Map<string, Choice>();
  for (const name of unionOfKeys(sides.ours.custodians, sides.theirs.custodians)) {
    const versions = {
      base: sides.base.custodians.get(name),
      ours: sides.ours.custodians.get(name),
      theirs: sides.theirs.custodians.get(name),
    };
    let [side] = acceptableSides(versions, (a, b) => a === b);
    const removedAgainstGrant =
      side !== undefined && versions[side] === undefined && gainedOwnership(name, sides);
    if (side === undefined || removedAgainstGrant) {
      const subject: ConflictSubject = { kind: "custodian", name };
      const decision = options.decide(subject);
      side = decision === "theirs" ? "theirs" : "ours";
      if (versions.ours === undefined || versions.theirs === undefined) choices.set(name, side);
      if (decision === undefined)
        report({ subject, reason: custodianReason(versions), credentials: "useless" });
    }
    const pwdkm = versions[side];
    if (pwdkm !== undefined) custodians.set(name, pwdkm);
  }
  return { custodians, choices };
}

function custodianReason(versions: { ours: string | undefined; theirs: string | undefined }): string {
  if (versions.ours === undefined) return "removed by ours, changed or made an owner by theirs";
  if (versions.theirs === undefined) return "removed by theirs, changed or made an owner by ours";
  return "both sides gave it a key of its own (a changed passphrase, or the same name added twice)";
}

/** Whether one side made a custodian an owner of something that the base did not let it own. */
function gainedOwnership(name: string, { base, ours, theirs }: Sides): boolean {
  return [ours, theirs].some((side) =>
    [...side.domains].some(
      ([domain, { owners }]) => owners.has(name) && !base.domains.get(domain)?.owners.has(name),
    ),
  );
}
