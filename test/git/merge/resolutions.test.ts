import { expect, test } from "bun:test";
import fc from "fast-check";
import { PprotectError } from "../../../src/common/errors.ts";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { type Conflict, conflictLabel } from "../../../src/git/merge/conflict.ts";
import { mergeWithDecisions, resolveAll } from "../../../src/git/merge/decisions.ts";
import type { Decision } from "../../../src/git/merge/merge-context.ts";
import { mergeCredentials, NO_CREDENTIALS } from "../../../src/git/merge/merge-credentials.ts";
import { leftOut, recordDecisions, refuseUnsound } from "../../../src/git/merge/resolution.ts";
import { SIDES, type StoreVersions } from "../../../src/git/merge/versions.ts";
import { validateEntries } from "../../../src/store/format/validation.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { knownKeys } from "../../../src/store/trust/known-keys.ts";
import { COUNTS, TIMES } from "../../support/counts.ts";
import { apply, type Branch, operations, startingPoint } from "../../support/histories.ts";
import { openEverything } from "../../support/merge-cases.ts";

/** How many random histories are resolved by random decisions. */
const RESOLUTIONS = COUNTS.resolutions * TIMES;

type Branches = Readonly<Record<"base" | "ours" | "theirs", Branch>>;

/** Of each custodian the passphrase that opens its key as the store has it. */
function passphrasesFor(store: StoreData, branches: readonly Branch[]): Record<string, string> {
  const keyFile = KeyFile.from(store);
  return Object.fromEntries(
    [...store.custodians.keys()].map((name) => {
      const candidates = branches.flatMap(({ passphrases }) => passphrases[name] ?? []);
      return [name, candidates.find((passphrase) => keyFile.unlock({ name, passphrase })) ?? ""];
    }),
  );
}

function decisionFor({ choices }: Conflict, dice: () => number): Decision | undefined {
  const word = choices[dice() % Math.max(1, choices.length)];
  return word === "new" ? { value: "decided" } : word;
}

/** Everything that a side did by value, by its label, with whether the result has it. */
function changesOf(before: Opened, now: Opened, result: Opened): [label: string, isKept: boolean][] {
  const changes: [string, boolean][] = [];
  const names = new Set([...Object.keys(before.secrets), ...Object.keys(now.secrets)]);
  for (const domain of names) {
    const [was, is, merged] = [before, now, result].map(({ secrets }) => secrets[domain]);
    if (was && !is) changes.push([domain, merged === undefined]);
    if (!is) continue;
    for (const secret of new Set([...Object.keys(was ?? {}), ...Object.keys(is)])) {
      if (was?.[secret] !== is[secret])
        changes.push([`${domain}/${secret}`, merged?.[secret] === is[secret]]);
    }
    const [wereOwners, areOwners, owners] = [before, now, result].map((each) => each.owners[domain] ?? []);
    for (const owner of new Set([...(wereOwners ?? []), ...(areOwners ?? [])])) {
      const owns = areOwners?.includes(owner);
      if (owns !== wereOwners?.includes(owner))
        changes.push([`${domain} owner ${owner}`, owners?.includes(owner) === owns]);
    }
  }
  return changes;
}

type Opened = ReturnType<typeof openEverything>;

function open({ keyFile, passphrases }: Branch): Opened {
  return openEverything(keyFile.data, passphrases);
}

test(
  `${RESOLUTIONS} random histories resolved by random decisions leave sound stores, and nothing is lost unnamed`,
  async () => {
    const start = startingPoint();
    const tally = { clean: 0, decided: 0, refused: 0, stuck: 0, withCredentials: 0 };
    const acting = fc.option(
      fc.record({
        name: fc.constantFrom("ann", "bea", "cyd"),
        side: fc.constantFrom("base", "ours", "theirs"),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        operations(3),
        operations(4),
        operations(4),
        acting,
        fc.infiniteStream(fc.nat(99)),
        async (before, one, other, who, stream) => {
          const base = apply(start, before, "b");
          const branches = { base, ours: apply(base, one, "o"), theirs: apply(base, other, "t") };
          const versions: StoreVersions = {
            base: base.keyFile.data,
            ours: branches.ours.keyFile.data,
            theirs: branches.theirs.keyFile.data,
          };
          const passphrase = who && branches[who.side as keyof Branches].passphrases[who.name];
          const credentials =
            who && passphrase ? mergeCredentials({ name: who.name, passphrase }, versions) : NO_CREDENTIALS;
          const dice = (): number => stream.next().value ?? 0;
          let decisions = 0;
          const decided = new Set<string>();
          const trust = knownKeys(undefined, versions.base, [versions.ours, versions.theirs]);
          const { conflicts } = mergeWithDecisions(versions, { credentials, trust }, new Map());
          const labels = conflicts.map(({ subject }) => conflictLabel(subject));
          const isOnlyOfSecrets = conflicts.every(({ subject }) => subject.kind === "secret");
          const resolved = await resolveAll(versions, { credentials, trust }, new Map(), async (conflict) => {
            decisions++;
            // What lets a misspelt name be refused before anyone is asked.
            if (isOnlyOfSecrets) expect(labels).toContain(conflictLabel(conflict.subject));
            const decision = decisionFor(conflict, dice);
            if (decision === undefined)
              throw new PprotectError("missing_credentials", "no decision is possible");
            decided.add(conflictLabel(conflict.subject));
            return decision;
          }).catch((error: unknown) => {
            if (error instanceof PprotectError && error.code === "missing_credentials") return undefined;
            throw error;
          });
          if (!resolved) {
            tally.stuck++;
            return;
          }
          if (who) tally.withCredentials++;
          if (decisions === 0) tally.clean++;
          else tally.decided++;

          const left = leftOut(versions, resolved.store);
          const store = recordDecisions(resolved.store, left, versions);
          // The key of one side, whose only owner the other side removed as a custodian: `git resolve` writes nothing then.
          const [ownerless] = [...store.domains].find(([, { owners }]) => owners.size === 0) ?? [];
          if (ownerless !== undefined && decided.has(ownerless)) {
            expect(() => refuseUnsound("store", store, versions)).toThrow("would have no owner left");
            tally.refused++;
            return;
          }
          refuseUnsound("store", store, versions);
          expect(validateEntries(store)).toEqual([]);
          const change = { path: "store", store, lineOf: () => 1 };
          const parents = [versions.ours, versions.theirs];
          expect(checkStoreChange({ ...change, parents, bases: [versions.base] }).errors).toEqual([]);
          for (const [name, { secrets }] of store.domains) {
            // Whether a domain stays that one side removed is decided for all of it.
            const sides = SIDES.flatMap((side) => versions[side].domains.get(name) ?? []);
            const [only] = sides;
            if (sides.length === 1 && only)
              expect([...secrets.keys()].sort()).toEqual([...only.secrets.keys()].sort());
          }
          const result = openEverything(store, passphrasesFor(store, Object.values(branches)));
          const named = new Set(
            [...left, ...resolved.undone.map(({ subject }) => subject)].map(conflictLabel),
          );
          const opened = { base: open(base), ours: open(branches.ours), theirs: open(branches.theirs) };
          for (const side of SIDES) {
            for (const [label, isKept] of changesOf(opened.base, opened[side], result)) {
              const [domain = "", owner] = label.split(/\/| owner /);
              const isOwner = label.includes(" owner ");
              const isNamed = [label, domain, ...(isOwner ? [`custodian ${owner}`] : [])].some((each) =>
                named.has(each),
              );
              // Removed by one side, which the audit log has.
              const isGone = isOwner && !store.custodians.has(owner ?? "");
              expect([side, label, isKept || isNamed || isGone]).toEqual([side, label, true]);
            }
          }
        },
      ),
      { numRuns: RESOLUTIONS, endOnFailure: process.env.CI !== undefined },
    );
    expect(Math.min(tally.clean, tally.decided, tally.withCredentials)).toBeGreaterThan(RESOLUTIONS / 20);
    expect(tally.stuck).toBeLessThan(RESOLUTIONS / 5);
    expect(tally.refused).toBeLessThan(RESOLUTIONS / 20);
  },
  300_000 * TIMES,
);
