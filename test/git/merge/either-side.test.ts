import { expect, test } from "bun:test";
import fc from "fast-check";
import { conflictLabel } from "../../../src/git/merge/conflict.ts";
import { mergeCredentials, NO_CREDENTIALS } from "../../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../../src/git/merge/merge-stores.ts";
import { otherSide, type Side, type StoreVersions } from "../../../src/git/merge/versions.ts";
import type { Creds } from "../../../src/store/credentials.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { knownKeys } from "../../../src/store/trust/known-keys.ts";
import { apply, type Operation, operations, startingPoint } from "../../support/histories.ts";

/** What a merge comes to: conflicts, or what the store then holds. */
function outcome(versions: StoreVersions, creds: Creds | undefined) {
  const credentials = creds ? mergeCredentials(creds, versions) : NO_CREDENTIALS;
  const trust = knownKeys(undefined, versions.base, [versions.ours, versions.theirs]);
  const { conflicts, store } = mergeStores(versions, { credentials, trust, decide: () => undefined });
  return { conflicts, content: conflicts.length === 0 ? contentOf(store, creds) : undefined };
}

/** Owners and secrets of each domain, with the values that the credentials open. */
function contentOf(store: StoreData, creds: Creds | undefined): Record<string, unknown> {
  const file = KeyFile.from(store);
  const user = creds && file.unlock(creds);
  return Object.fromEntries(
    [...store.domains].map(([name, { owners, secrets }]) => [
      name,
      {
        owners: [...owners.keys()].sort(),
        secrets: user && owners.has(user.name) ? file.decryptDomain(name, user) : new Set(secrets.keys()),
      },
    ]),
  );
}

/** What a conflict says, with the two sides' names exchanged, and in no order. */
function conflictsOf(versions: StoreVersions, creds: Creds | undefined, isSwapped: boolean): unknown {
  const words = (text: string): string[] =>
    text
      .split(/[ ,;]+/)
      .map((word) => (isSwapped && /^(ours|theirs)$/.test(word) ? otherSide(word as Side) : word))
      .sort();
  const found = outcome(versions, creds).conflicts.map(({ subject, reason, credentials, choices }) => [
    conflictLabel(subject),
    { reason: words(reason), credentials, choices: words(choices.join(" ")) },
  ]);
  return Object.fromEntries(found);
}

/** Secrets that are set and removed, and keys that are replaced: their conflicts do not depend on each other. */
const isOfSecrets = ({ kind }: Operation): boolean => kind < 58 || (kind >= 73 && kind < 80);

test("a merge comes to the same whichever side is ours, in its store and in its conflicts", () => {
  const start = startingPoint();
  const tally = { clean: 0, conflicts: 0 };
  fc.assert(
    fc.property(
      operations(2),
      operations(4),
      operations(4),
      fc.option(fc.constantFrom("ann", "bea", "cyd")),
      (before, one, other, name) => {
        const base = apply(start, before, "b");
        const [ours, theirs] = [apply(base, one, "o"), apply(base, other, "t")];
        const versions = { base: base.keyFile.data, ours: ours.keyFile.data, theirs: theirs.keyFile.data };
        const swapped = { ...versions, ours: versions.theirs, theirs: versions.ours };
        const passphrase = ours.passphrases[name ?? ""];
        const creds = name && passphrase ? { name, passphrase } : undefined;
        const { content } = outcome(versions, creds);
        expect(outcome(swapped, creds).content).toEqual(content as never);
        tally[content ? "clean" : "conflicts"]++;
        if (![...before, ...one, ...other].every(isOfSecrets)) return;
        expect(conflictsOf(swapped, creds, true)).toEqual(conflictsOf(versions, creds, false));
      },
    ),
    { numRuns: 150 },
  );
  expect(Math.min(tally.clean, tally.conflicts)).toBeGreaterThan(15);
});
