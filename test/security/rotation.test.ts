import { afterAll, expect, test } from "bun:test";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB } from "../support/stores.ts";

afterAll(removeFolders);

test("rotate-domain-keys names everyone who has the new key", async () => {
  const box = sandbox();
  const args = ["rotate-domain-keys", "dev", "-u", ALICE.name, "--passphrase-file", box.alice];
  const { status, stdout, stderr } = await pprotect(args, { cwd: box.folder });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  expect(stderr).toEndWith(`Its owners, who can read it now: ${ALICE.name}, ${BOB.name}.\n`);
});
