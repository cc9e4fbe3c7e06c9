import { afterAll, describe, expect, test } from "bun:test";
import { binary } from "../../support/binary.ts";
import { MOUNTING, withMounts } from "../../support/namespace.ts";
import { needs } from "../../support/programs.ts";
import { runProgram } from "../../support/run.ts";
import { removeFolders, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";
import { DROPPING_RIGHTS, openToEveryone, withoutRights } from "../../support/unprivileged.ts";

afterAll(removeFolders);

const ARGS = ["list-user-secrets", "-u", ALICE.name, "--passphrase-file"];

describe("no warning where chmod would not help", () => {
  test.if(needs(...MOUNTING))("a secret that is mounted read-only for all, as in a container", async () => {
    const box = sandbox();
    const script = `
      mkdir secrets && mount -t tmpfs tmpfs secrets
      cp alice.pw secrets/pass && chmod 444 secrets/pass && mount -o remount,ro secrets
      exec "$0" "$@"`;
    const args = [binary(), ...ARGS, "secrets/pass"];
    const result = await withMounts(script, args, { cwd: box.folder });
    expect([result.status, result.stderr]).toEqual([0, ""]);
  });

  test.if(needs(...DROPPING_RIGHTS))("a file of another user", async () => {
    const box = sandbox();
    const command = withoutRights([openToEveryone(box), ...ARGS, "/etc/passwd"]);
    const result = await runProgram(command, { cwd: box.folder });
    expect(result.status).toBe(1);
    expect(result.stderr).toStartWith("pprotect: wrong credentials");
  });
});
