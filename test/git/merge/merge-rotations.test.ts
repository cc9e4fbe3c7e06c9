import { describe, expect, test } from "bun:test";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { mergeAuditLogs } from "../../../src/git/merge/audit-log-merge.ts";
import { conflictLabel } from "../../../src/git/merge/conflict.ts";
import type { Decision } from "../../../src/git/merge/merge-context.ts";
import { mergeCredentials, NO_CREDENTIALS } from "../../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../../src/git/merge/merge-stores.ts";
import { leftOut, recordDecisions, refuseUnsound } from "../../../src/git/merge/resolution.ts";
import type { StoreVersions } from "../../../src/git/merge/versions.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { stagedRotations, strayStages } from "../../../src/store/rotation/states.ts";
import {
  abortRotation,
  finishRotation,
  promoteRotation,
  stageRotation,
} from "../../../src/store/rotation/steps.ts";
import { type Domain, type StoreData, unionOfKeys } from "../../../src/store/store-data.ts";
import { TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { ALICE, CHEAP, NOW, secretsOf, unlocked } from "../../support/stores.ts";

const NAMES = { domain: "prod", secret: "key" };
const none = KeyFile.create(NOW)
  .addCustodian(ALICE, CHEAP, NOW)
  .addDomain("prod", ALICE.name, NOW)
  .addSecret("prod", "key", "old", NOW);
const alice = unlocked(none, ALICE);

/** Seconds after the common ancestor: logs are merged by time. */
type Change = (file: KeyFile, now: Date) => KeyFile;
const stage =
  (value: string): Change =>
  (file, now) =>
    stageRotation(file, NAMES, value, now);
const promote: Change = (file, now) => promoteRotation(file, NAMES, alice, now);
const finish: Change = (file, now) => finishRotation(file, NAMES, now);
const abort: Change = (file, now) => abortRotation(file, NAMES, now);
const remove: Change = (file, now) => file.removeSecret("prod", "key", now);
const update: Change = (file, now) => file.updateSecret("prod", "key", "by hand", now);
const rotateKeys: Change = (file, now) => file.rotateDomainKey("prod", alice, now);
const addNext: Change = (file, now) => file.addSecret("prod", "key_next", "planted", now);

const staged = stage("new")(none, NOW);
const promoted = promote(staged, NOW);

function after(base: KeyFile, changes: readonly Change[], start: number): KeyFile {
  return changes.reduce(
    (file, change, at) => change(file, new Date(NOW.getTime() + (start + 10 * at) * 1000)),
    base,
  );
}

interface Outcome {
  readonly conflicts: readonly string[];
  readonly stages: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

function merge(
  versions: StoreVersions,
  decision?: Decision,
  withCredentials = true,
): Outcome & { store: StoreData } {
  const credentials = withCredentials ? mergeCredentials(ALICE, versions) : NO_CREDENTIALS;
  const trust = { trusts: () => true, trustsCustodian: () => true, trustsOwner: () => true };
  const { store, conflicts } = mergeStores(versions, {
    credentials,
    trust: withCredentials ? trust : TRUST_NO_NEW_KEY,
    decide: () => decision,
  });
  return {
    store,
    conflicts: conflicts.map(({ subject, reason }) => `${conflictLabel(subject)}: ${reason}`),
    stages: stagedRotations(store).map((each) => each.stage),
    values: conflicts.length > 0 ? {} : secretsOf(KeyFile.from(store), "prod", ALICE),
  };
}

/** What git's own merge by lines makes of the secrets, where it does not find a conflict or a user picks `preferred`. */
function byLines({ base, ours, theirs }: StoreVersions, preferred: "ours" | "theirs"): StoreData {
  const of = (store: StoreData): Domain => store.domains.get("prod") as Domain;
  const [b, o, t] = [of(base), of(ours), of(theirs)].map(({ secrets }) => secrets) as [
    Domain["secrets"],
    Domain["secrets"],
    Domain["secrets"],
  ];
  const secrets = unionOfKeys(b, o, t).flatMap((name): [string, string][] => {
    const sealed =
      o.get(name) === b.get(name)
        ? t.get(name)
        : t.get(name) === b.get(name) || preferred === "ours"
          ? o.get(name)
          : t.get(name);
    return sealed === undefined ? [] : [[name, sealed]];
  });
  const auditLog = mergeAuditLogs(base.auditLog, ours.auditLog, theirs.auditLog);
  return { ...ours, domains: new Map([["prod", { ...of(ours), secrets: new Map(secrets) }]]), auditLog };
}

function rules(store: StoreData, { base, ours, theirs }: StoreVersions): string[] {
  const { errors, warnings } = checkStoreChange({
    path: "s.yaml",
    store,
    parents: [ours, theirs],
    bases: [base],
    lineOf: () => 1,
  });
  return [...errors, ...warnings].map(({ rule }) => rule);
}

const APART = "these cannot be joined";

/** Two branches, and what each decision comes to; nothing to decide where there is one outcome. */
const CASES: readonly (readonly [
  name: string,
  base: KeyFile,
  ours: readonly Change[],
  theirs: readonly Change[],
  outcome:
    | { readonly stages: readonly string[]; readonly values: Record<string, string> }
    | {
        readonly conflict: string;
        readonly ours: { readonly stages: readonly string[]; readonly values: Record<string, string> };
        readonly theirs: { readonly stages: readonly string[]; readonly values: Record<string, string> };
      },
])[] = [
  [
    "stage and stage of another value",
    none,
    [stage("a")],
    [stage("b")],
    {
      conflict: "prod/key_next: added by both sides",
      ours: { stages: ["staged"], values: { key: "old", key_next: "a" } },
      theirs: { stages: ["staged"], values: { key: "old", key_next: "b" } },
    },
  ],
  [
    "stage and stage of the same value",
    none,
    [stage("a")],
    [stage("a")],
    { stages: ["staged"], values: { key: "old", key_next: "a" } },
  ],
  [
    "stage and nothing but another value",
    none,
    [stage("a")],
    [update],
    { stages: ["staged"], values: { key: "by hand", key_next: "a" } },
  ],
  [
    "stage and stage that is aborted later",
    none,
    [stage("a")],
    [stage("b"), abort],
    { stages: ["staged"], values: { key: "old", key_next: "a" } },
  ],
  [
    "stage and promote",
    none,
    [stage("a")],
    [stage("b"), promote],
    {
      conflict: `prod/key: its rotation was staged by ours, and promoted by theirs: ${APART}`,
      ours: { stages: ["staged"], values: { key: "old", key_next: "a" } },
      theirs: { stages: ["promoted"], values: { key: "b", key_previous: "old" } },
    },
  ],
  [
    "promote and finish",
    staged,
    [promote],
    [promote, finish],
    {
      conflict: `prod/key: its rotation was promoted by ours, and finished by theirs: ${APART}`,
      ours: { stages: ["promoted"], values: { key: "new", key_previous: "old" } },
      theirs: { stages: [], values: { key: "new" } },
    },
  ],
  [
    "promote and promote",
    staged,
    [promote],
    [promote],
    { stages: ["promoted"], values: { key: "new", key_previous: "old" } },
  ],
  ["finish and finish", staged, [promote, finish], [promote, finish], { stages: [], values: { key: "new" } }],
  ["finish and nothing", promoted, [finish], [], { stages: [], values: { key: "new" } }],
  [
    "abort and promote",
    staged,
    [abort],
    [promote],
    {
      conflict: `prod/key: its rotation was aborted by ours, and promoted by theirs: ${APART}`,
      ours: { stages: [], values: { key: "old" } },
      theirs: { stages: ["promoted"], values: { key: "new", key_previous: "old" } },
    },
  ],
  [
    "abort and promote with finish",
    staged,
    [abort],
    [promote, finish],
    {
      conflict: `prod/key: its rotation was aborted by ours, and finished by theirs: ${APART}`,
      ours: { stages: [], values: { key: "old" } },
      theirs: { stages: [], values: { key: "new" } },
    },
  ],
  [
    "stage and removal of the secret",
    none,
    [stage("a")],
    [remove],
    {
      conflict: `prod/key: its rotation was staged by ours, and removed by theirs: ${APART}`,
      ours: { stages: ["staged"], values: { key: "old", key_next: "a" } },
      theirs: { stages: [], values: {} },
    },
  ],
  [
    "promote and removal of the secret",
    staged,
    [promote],
    [remove, (file, now) => file.removeSecret("prod", "key_next", now)],
    {
      conflict: `prod/key: its rotation was promoted by ours, and removed by theirs: ${APART}`,
      ours: { stages: ["promoted"], values: { key: "new", key_previous: "old" } },
      theirs: { stages: [], values: {} },
    },
  ],
  [
    "promote and new keys of the domain",
    staged,
    [promote],
    [rotateKeys],
    { stages: ["promoted"], values: { key: "new", key_previous: "old" } },
  ],
  [
    "stage and new keys of the domain",
    none,
    [stage("a")],
    [rotateKeys],
    { stages: ["staged"], values: { key: "old", key_next: "a" } },
  ],
  [
    "stage and what a stranger added under its name",
    none,
    [stage("a")],
    [addNext],
    {
      conflict: "prod/key_next: added by both sides",
      ours: { stages: ["staged"], values: { key: "old", key_next: "a" } },
      theirs: { stages: [], values: { key: "old", key_next: "planted" } },
    },
  ],
];

describe.each(CASES)("%s", (_name, base, ours, theirs, outcome) => {
  /** Which branch worked first, and which of them is ours. */
  const orders = [
    [1, 5],
    [5, 1],
  ].map(
    ([first = 0, second = 0]): StoreVersions => ({
      base: base.data,
      ours: after(base, ours, first).data,
      theirs: after(base, theirs, second).data,
    }),
  );
  const swapped = (versions: StoreVersions): StoreVersions => ({
    base: versions.base,
    ours: versions.theirs,
    theirs: versions.ours,
  });

  test("comes to the same whichever was first, and whichever side is ours", () => {
    for (const versions of orders) {
      if (!("conflict" in outcome)) {
        for (const each of [versions, swapped(versions)]) {
          expect(merge(each)).toMatchObject({ conflicts: [], ...outcome });
          expect(rules(merge(each).store, each)).toEqual([]);
        }
        continue;
      }
      expect(merge(versions).conflicts).toEqual([outcome.conflict]);
      for (const side of ["ours", "theirs"] as const) {
        const other = side === "ours" ? "theirs" : "ours";
        for (const [each, decision] of [[versions, side] as const, [swapped(versions), other] as const]) {
          const { store, stages, values } = merge(each, decision);
          expect({ stages, values }).toEqual(outcome[side]);
          const logged = recordDecisions(store, leftOut(each, store), each, NOW);
          expect(() => refuseUnsound("s.yaml", logged, each)).not.toThrow();
          expect([rules(logged, each), strayStages(logged)]).toEqual([[], []]);
        }
      }
    }
  });

  test("is noticed by the guard where git merges it line by line", () => {
    if (!("conflict" in outcome) || !outcome.conflict.endsWith(APART)) return;
    for (const versions of orders) {
      for (const preferred of ["ours", "theirs"] as const)
        expect(rules(byLines(versions, preferred), versions)).toContain("rotation-not-joined");
    }
  });
});

test("a secret that is removed while it is rotated is reported by the guard", () => {
  const removed = remove(staged, NOW).data;
  const { warnings } = checkStoreChange({
    path: "s.yaml",
    store: removed,
    parents: [staged.data],
    bases: undefined,
    lineOf: () => 1,
  });
  expect(warnings.map(({ rule }) => rule)).toEqual(["rotation-left-over"]);
});

test.each([
  ["staged", none, stage("a"), { key: "old", key_next: "a" }],
  ["promoted", staged, promote, { key: "new", key_previous: "old" }],
] as const)(
  "a rotation that was %s goes on where the other branch removed the domain, and it stays",
  (step, base, change, values) => {
    const [changed, removed] = [
      after(base, [change], 10),
      after(base, [(file, now) => file.removeDomain("prod", now)], 20),
    ];
    for (const side of ["ours", "theirs"] as const) {
      const [ours, theirs] = side === "ours" ? [changed, removed] : [removed, changed];
      const versions = { base: base.data, ours: ours.data, theirs: theirs.data };
      expect(merge(versions, undefined, false).conflicts).toEqual([
        `prod: removed by ${side === "ours" ? "theirs" : "ours"}, changed by ${side}`,
      ]);
      const merged = merge(versions, side, false);
      expect([merged.stages, merged.values]).toEqual([[step], values]);
      const store = recordDecisions(merged.store, leftOut(versions, merged.store), versions);
      expect(() => refuseUnsound("store", store, versions)).not.toThrow();
    }
  },
);
