import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { binary } from "../../support/binary.ts";
import { pprotect, runProgram } from "../../support/run.ts";
import { FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";

afterAll(removeFolders);

const ARGS = ["list-user-secrets", "-u", ALICE.name, "--passphrase-file"];

function withMode(box: Sandbox, mode: number, name = "alice.pw"): string {
  writeFileSync(box.path(name), `${ALICE.passphrase}\n`);
  chmodSync(box.path(name), mode);
  return name;
}

describe("a passphrase file that others can read", () => {
  test.each([0o644, 0o640, 0o604, 0o666, 0o444])(
    "earns one line that says what to run: mode %o",
    async (mode) => {
      const box = sandbox();
      const result = await pprotect([...ARGS, withMode(box, mode)], { cwd: box.folder });
      expect([result.status, result.stderr]).toEqual([
        0,
        "pprotect: warning: other users can read the passphrase file: run `chmod 600 alice.pw`\n",
      ]);
    },
  );

  test("is distinguished from one that they cannot, which gets none", async () => {
    const box = sandbox();
    for (const mode of [0o600, 0o400, 0o700, 0o622]) {
      const result = await pprotect([...ARGS, withMode(box, mode)], { cwd: box.folder });
      expect([result.status, result.stderr]).toEqual([0, ""]);
    }
  });

  test("has its name quoted for the shell", async () => {
    const box = sandbox();
    const name = withMode(box, 0o644, "alice's pass \u001b[1m.pw");
    const { stderr } = await pprotect([...ARGS, name], { cwd: box.folder });
    expect(stderr).toContain("`chmod 600 'alice'\\''s pass \\u{1b}[1m.pw'`");
  });

  test("is named where a new passphrase comes from one", async () => {
    const box = sandbox();
    const fresh = "new.pw";
    writeFileSync(box.path(fresh), `${FRESH_PASSPHRASE}\n`);
    chmodSync(box.path(fresh), 0o644);
    const args = ["set-key-custodian-passphrase", "-u", ALICE.name, "--passphrase-file", box.alice];
    const changed = await pprotect([...args, "--new-passphrase-file", fresh, "--key-type", "fast"], {
      cwd: box.folder,
    });
    expect([changed.status, changed.stderr.match(/^pprotect: warning: .*$/gm)]).toEqual([
      0,
      ["pprotect: warning: other users can read the passphrase file: run `chmod 600 new.pw`"],
    ]);
    const init = [
      "init",
      "--file",
      "n.yaml",
      "-u",
      "n@example.com",
      "--passphrase-file",
      fresh,
      "--key-type",
      "fast",
    ];
    expect((await pprotect(init, { cwd: box.folder })).stderr).toContain("chmod 600 new.pw");
  });

  test("leaves the JSON on standard output as it is", async () => {
    const box = sandbox();
    const args = ["add-owner", "prod", "bob@example.com", "-u", ALICE.name, "--json", "--passphrase-file"];
    const result = await pprotect([...args, withMode(box, 0o644)], { cwd: box.folder });
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: true });
    expect(result.stderr).toContain("warning");
  });
});

describe("no warning where chmod would not help", () => {
  test("a pipe, a descriptor, a process substitution", async () => {
    const box = sandbox();
    withMode(box, 0o644);
    const line = `'${binary()}' ${ARGS.join(" ")}`;
    for (const script of [
      `${line} <(cat alice.pw)`,
      `cat alice.pw | ${line} /dev/stdin`,
      `${line} /dev/fd/3 3<alice.pw`,
      `${line} /dev/stdin <alice.pw`,
      `mkfifo -m 644 fifo && { cat alice.pw >fifo & ${line} fifo; }`,
    ]) {
      const result = await runProgram(["bash", "-c", script], { cwd: box.folder });
      expect([result.status, result.stderr]).toEqual([0, ""]);
    }
  });
});

describe("a passphrase file that a commit could take", () => {
  const warning =
    "pprotect: warning: git does not ignore the passphrase file pass, so it could be committed: move it out of the repository\n";
  const repository = async (ignored: string) => {
    const box = sandbox();
    writeFileSync(box.path("pass"), `${ALICE.passphrase}\n`, { mode: 0o600 });
    box.write(".gitignore", ignored);
    await runProgram(["git", "init", "-q"], { cwd: box.folder });
    return box;
  };
  const list = ["list-user-secrets", "-u", ALICE.name, "--passphrase-file", "pass"];

  test("gets a warning, once", async () => {
    const box = await repository("");
    const { status, stderr } = await pprotect(list, { cwd: box.folder });
    expect([status, stderr]).toEqual([0, warning]);
    const args = [
      "add-key-custodian",
      "-u",
      "new@example.com",
      "--passphrase-file",
      "pass",
      "--key-type",
      "fast",
    ];
    expect((await pprotect(args, { cwd: box.folder })).stderr).toStartWith(warning);
  });

  test("earns it before the error for a wrong passphrase", async () => {
    const box = await repository("");
    writeFileSync(box.path("pass"), "wrong\n", { mode: 0o600 });
    const { status, stderr } = await pprotect(list, { cwd: box.folder });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^pprotect: warning: .*\npprotect: wrong cred/),
    ]);
    expect(stderr).toStartWith(warning);
  });

  test("earns it where git tracks the file although a rule ignores it, whatever GIT_DIR says", async () => {
    const box = await repository("/pass\n");
    await runProgram(["git", "add", "--force", "pass"], { cwd: box.folder });
    const other = await repository("/pass\n");
    for (const env of [{}, { GIT_DIR: other.path(".git") }]) {
      expect((await pprotect(list, { cwd: box.folder, env })).stderr).toBe(warning);
    }
  });

  test("earns none where git cannot use the repository", async () => {
    const box = await repository("");
    writeFileSync(box.path(".git/HEAD"), "nothing\n");
    expect((await pprotect(list, { cwd: box.folder })).stderr).toBe("");
  });

  test("earns none if git ignores it, or it is outside of a repository", async () => {
    const box = await repository("/pass\n");
    expect((await pprotect(list, { cwd: box.folder })).stderr).toBe("");
    const outside = sandbox();
    const args = ["list-user-secrets", "-u", ALICE.name, "--passphrase-file", outside.alice];
    expect((await pprotect(args, { cwd: outside.folder })).stderr).toBe("");
  });
});
