import { readdirSync } from "node:fs";
import { KeyFile } from "../../src/store/key-file.ts";
import type { StoreData } from "../../src/store/store-data.ts";
import { fixtureBytes, fixturePath } from "./fixtures.ts";

/** A three-way merge and the outcome that it must have (test/fixtures/README.md). */
export interface MergeCase {
  readonly name: string;
  readonly outcome: "clean" | "conflict" | "needs-credentials";
  readonly conflicts: readonly string[] | null;
  readonly needs_credentials_of: readonly string[] | null;
  readonly passphrases: Readonly<Record<string, string>>;
  readonly owners: Readonly<Record<string, readonly string[]>> | null;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>> | null;
  readonly bytes: Readonly<Record<"base" | "ours" | "theirs", Uint8Array>>;
}

export function mergeCases(): MergeCase[] {
  return readdirSync(fixturePath("merge"))
    .sort()
    .map((name) => ({
      ...JSON.parse(Buffer.from(fixtureBytes("merge", name, "case.json")).toString("utf8")),
      name,
      bytes: {
        base: fixtureBytes("merge", name, "base.yaml"),
        ours: fixtureBytes("merge", name, "ours.yaml"),
        theirs: fixtureBytes("merge", name, "theirs.yaml"),
      },
    }));
}

/** Everything in a store, opened by every owner of every domain; fails when two owners read differently. */
export function openEverything(
  store: StoreData,
  passphrases: Readonly<Record<string, string>>,
): { owners: Record<string, string[]>; secrets: Record<string, Record<string, string>> } {
  // Through its text: what counts is what the next reader finds.
  const keyFile = KeyFile.parse(Buffer.from(KeyFile.from(store).toString()), "merged.yaml");
  const owners: Record<string, string[]> = {};
  const secrets: Record<string, Record<string, string>> = {};
  for (const [name, domain] of keyFile.data.domains) {
    owners[name] = [...domain.owners.keys()].sort();
    for (const owner of domain.owners.keys()) {
      const unlocked = keyFile.unlock({ name: owner, passphrase: passphrases[owner] ?? "" });
      if (!unlocked) throw new Error(`${owner} cannot unlock`);
      const opened = Object.fromEntries(keyFile.decryptDomain(name, unlocked));
      if (secrets[name] && !Bun.deepEquals(secrets[name], opened))
        throw new Error(`owners of ${name} disagree`);
      secrets[name] = opened;
    }
  }
  return { owners, secrets };
}
