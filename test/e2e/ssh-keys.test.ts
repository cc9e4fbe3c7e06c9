import { afterAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { needs } from "../support/programs.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

/** A sandbox with a new key in the files `key` and `key.pub`. */
async function withKey(): Promise<Sandbox> {
  const box = sandbox();
  const command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"];
  expect(await runProgram(command, { cwd: box.folder })).toMatchObject({ status: 0 });
  return box;
}

test.if(needs("ssh-keygen"))("a private key that is piped in is a secret that ssh can use", async () => {
  const box = await withKey();
  const input = readFileSync(box.path("key"), "utf8");
  const { status } = await pprotect(["add-secret", "dev", "new"], { cwd: box.folder, input });
  expect([status, secretsOf(box.read(), "dev", BOB).new]).toEqual([0, input]);
});

test.if(needs("age", "ssh-keygen"))("age decrypts a passphrase file with a private key", async () => {
  const box = await withKey();
  const command = ["age", "-R", "key.pub", "-o", "alice.age"];
  const done = await runProgram(command, { cwd: box.folder, input: ALICE.passphrase });
  expect(done.status).toBe(0);
  const line = ["get", "prod/token", "-u", ALICE.name, "--passphrase-file", "alice.age", "--non-interactive"];
  const get = () => pprotect(line, { cwd: box.folder, env: { PPROTECT_AGE_IDENTITY_FILE: "key" } });
  expect(await get()).toMatchObject({ status: 0, stdout: "prod-token" });

  // One with a password of its own asks nobody with --non-interactive.
  await runProgram(["ssh-keygen", "-q", "-p", "-N", "locked", "-f", "key"], { cwd: box.folder });
  const locked = await get();
  expect(locked).toMatchObject({ status: 1, stdout: "" });
  expect(locked.stderr).toContain("alice.age: age could not decrypt it");
});
