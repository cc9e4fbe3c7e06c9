import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runMergeDriver } from "../../../src/git/merge/merge-driver.ts";
import { TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";

afterAll(removeFolders);

test("the merge driver reports to whom it gave a key that the other side replaced", async () => {
  const base = sampleStore();
  const alice = unlocked(base, ALICE);
  const folder = emptyFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const input = {
    base: write("base", base.toString()),
    ours: write("ours", base.rotateDomainKey("prod", alice, NOW).toString()),
    theirs: write("theirs", base.addOwner("prod", BOB.name, alice, NOW).toString()),
    markerSize: 7,
    path: "protected.yaml",
  };
  const result = await runMergeDriver({
    ...input,
    isVirtualAncestor: false,
    trust: async () => ({ ...TRUST_NO_NEW_KEY, trustsOwner: () => true }),
    givenCreds: async () => ALICE,
  });
  const newKey =
    "made by this merge: ours replaced the key, and nothing but that branch vouches for the new one";
  expect(result.clean).toBe(true);
  expect(result.newKeys).toEqual([{ domain: "prod", reason: newKey.replace("made by this merge: ", "") }]);
  expect(result.grants.map((grant) => grant.replace(/(?:[0-9a-f]{4}-){5}[0-9a-f]{4}/, "KEY"))).toEqual([
    "alice@example.com (key KEY) got the current key of domain prod",
    "bob@example.com (key KEY) got the current key of domain prod: only theirs has this owner",
  ]);
  expect(result.report).toEqual(
    [`domain prod has a new key, ${newKey}`, ...result.grants].map(
      (line) => `pprotect: protected.yaml: ${line}`,
    ),
  );
});
