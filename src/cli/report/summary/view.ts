import type { OwnerChange, SecretChange } from "../../../git/summary/store-summary.ts";
import type { ChangedStore, CommitFinding, Summary } from "../../../git/summary/summary.ts";
import type { ManifestProblem } from "../../reading/missing-entries.ts";
import type { Result } from "../json-envelope.ts";
import { halfDoneText, rotationFields, strayFields } from "../rotation-text.ts";

/** What a range does, with what its manifests lack. */
export interface SummaryView {
  readonly summary: Summary;
  readonly manifests: readonly ManifestProblem[];
}

/** Whether a range does nothing that the summary shows. */
export function isQuiet({ summary: { stores, findings, warnings }, manifests }: SummaryView): boolean {
  return stores.length + findings.length + warnings.length + manifests.length === 0;
}

/** Makes names and other text from strangers fit for where they are printed. */
export interface Style {
  readonly name: (name: string) => string;
  readonly strong: (text: string) => string;
}

/** What needs a person's attention in a store, each in a sentence. */
export function concerns(
  { summary, problem, problemBefore }: ChangedStore,
  { name, strong }: Style,
): string[] {
  return [
    ...(problemBefore !== undefined && problem === undefined
      ? [
          `the store could ${strong("not")} be read before: everything in it counts as added, and owners who were removed are not known`,
        ]
      : []),
    ...summary.owners.flatMap((change) => ownerConcern(change, name, strong)),
    ...summary.domains.flatMap(({ domain, change, proven }) =>
      change === "rotated" && proven === false
        ? [
            `${name(domain)} has a new key that the key before did ${strong("not")} sign: ask an owner whether they rotated it`,
          ]
        : [],
    ),
    ...(summary.logRewritten ? [`entries of the audit log were ${strong("lost")}`] : []),
    ...summary.rotations.map((each) => halfDoneText(each, name)),
    ...summary.strays.map(
      ({ domain, secret, beside }) =>
        `${name(`${domain}/${beside}`)} was left by a rotation of ${name(secret)}, which is not there any more`,
    ),
    ...summary.drift.map(
      ({ secret, has, lacks }) =>
        `${name(secret)} is in ${has.length === 0 ? "no domain" : has.map(name).join(", ")}, and not in ${lacks.map(name).join(", ")}`,
    ),
  ];
}

function ownerConcern(
  { domain, owner, change, proven, keyReplaced }: OwnerChange,
  name: (name: string) => string,
  strong: (text: string) => string,
): string[] {
  switch (change) {
    case "added":
      return proven === false
        ? [
            `nothing proves that an owner added ${name(owner)} to ${name(domain)}: the next rotation would give them the key`,
          ]
        : [];
    case "removed":
      return keyReplaced
        ? [
            `${name(owner)} was removed from ${name(domain)} and its key was replaced: they still know the values that did not change`,
          ]
        : [
            `${name(owner)} was removed from ${name(domain)}, but its key was ${strong("not")} replaced: they can read everything in it until it is`,
          ];
    case "between":
      return [
        `${name(owner)} was an owner of ${name(domain)} in some of these commits and has its current key: replace it`,
      ];
  }
}

/** The secrets of one kind of change, by domain and name. */
export function secretsThat(
  { summary }: ChangedStore,
  change: SecretChange["change"],
): readonly SecretChange[] {
  return summary.secrets.filter((each) => each.change === change);
}

/** What `--json` has. */
export function summaryFields({ summary, manifests }: SummaryView): Result {
  const { range, stores, commits, findings, warnings } = summary;
  return {
    base: range.base,
    head: range.head,
    commits,
    stores: stores.map(({ path, renamedFrom, status, problem, problemBefore, summary: each }) => ({
      path,
      renamed_from: renamedFrom ?? null,
      status,
      problem: problem ?? null,
      problem_before: problemBefore ?? null,
      secrets: each.secrets.map((secret) => ({ ...secret })),
      domains: each.domains.map(({ domain, change, proven }) => ({ domain, change, proven: proven ?? null })),
      owners: each.owners.map(({ domain, owner, change, proven, keyReplaced }) => ({
        domain,
        owner,
        change,
        proven: proven ?? null,
        key_replaced: keyReplaced ?? null,
      })),
      custodians: each.custodians.map((custodian) => ({ ...custodian })),
      drift: each.drift.map(({ secret, has, lacks }) => ({ secret, has: [...has], lacks: [...lacks] })),
      rotations: each.rotations.map(rotationFields),
      stray_stages: each.strays.map(strayFields),
      log_rewritten: each.logRewritten,
    })),
    manifests: manifests.map(({ path, line, domain, secret, problem }) => ({
      path,
      line: line ?? null,
      domain: domain ?? null,
      secret: secret ?? null,
      problem: problem ?? null,
    })),
    findings: findings.map(findingFields),
    warnings: warnings.map(findingFields),
  };
}

function findingFields({ commit, path, line, rule, code, message }: CommitFinding) {
  return { commit, path, line, rule, code: code ?? null, message };
}
