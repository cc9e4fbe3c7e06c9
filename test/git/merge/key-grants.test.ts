import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runMergeDriver } from "../../../src/git/merge/merge-driver.ts";
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
  const grant = "bob@example.com got the current key of domain prod: only theirs has this owner";
  expect(await runMergeDriver({ ...input, creds: ALICE })).toEqual({
    clean: true,
    conflicts: [],
    problems: [],
    grants: [grant],
    fallback: undefined,
    report: [`pprotect: protected.yaml: ${grant}`],
  });
});
