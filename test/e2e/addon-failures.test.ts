import { afterAll, describe, expect, test } from "bun:test";
import { binary } from "../support/binary.ts";
import { interopStore } from "../support/fixtures.ts";
import { MOUNTING, withMounts } from "../support/namespace.ts";
import { needs } from "../support/programs.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

describe("a key that the addon cannot derive", () => {
  const args = ["list-user-secrets", "--file", interopStore("fast").file];
  const [[name, passphrase] = ["", ""]] = Object.entries(interopStore("fast").passphrases);
  const env = { PPROTECT_USER: name, PPROTECT_PASSPHRASE: passphrase };

  // The addon is larger than any file may be, in memory too.
  const derive = (...more: readonly string[]) =>
    runProgram(["prlimit", "--fsize=100000", binary(), ...args, ...more], { cwd: emptyFolder(), env });

  test.if(needs("prlimit"))("is derived in another way, and --verbose says so once", async () => {
    const expected = await pprotect([...args, "--verbose"], { cwd: emptyFolder(), env });
    expect([expected.status, expected.stderr]).toEqual([0, ""]);
    const [quiet, verbose] = await Promise.all([derive(), derive("--verbose")]);
    expect([quiet.status, quiet.stdout, quiet.stderr]).toEqual([0, expected.stdout, ""]);
    expect([verbose.status, verbose.stdout]).toEqual([0, expected.stdout]);
    expect(verbose.stderr).toMatch(
      /^pprotect: cannot load the native Argon2id \(.*\); using a slower one\npprotect: cannot load the native libsodium \(.*\); using a slower one\n$/,
    );
  });

  test.if(needs(...MOUNTING))(
    "is derived by the addon whatever a temporary folder is like: full, noexec, full of planted files",
    async () => {
      const script = `
      mount -t tmpfs -o noexec,size=64k tmpfs "$TMPDIR"
      ln -s /etc/passwd "$TMPDIR/.bun-$(id -u)-0000000000000000.node"
      head -c 1m /dev/zero >"$TMPDIR/ballast" 2>/dev/null || true
      before=$(ls -lA "$TMPDIR")
      "$0" "$@" --verbose >/dev/null
      [ "$before" = "$(ls -lA "$TMPDIR")" ]`;
      const folder = emptyFolder();
      const result = await withMounts(script, [binary(), ...args], {
        cwd: folder,
        env: { ...env, TMPDIR: folder },
      });
      expect([result.status, result.stderr]).toEqual([0, ""]);
    },
  );
});
