import { afterAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { appendFileSync, symlinkSync, truncateSync } from "node:fs";
import { text } from "node:stream/consumers";
import { binary } from "../support/binary.ts";
import { cleanEnvironment, pprotect, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB } from "../support/stores.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

describe("behind the name of a store or manifest", () => {
  test.each(["/dev/zero", "/dev/tty", "/proc/kmsg", "/proc/self/environ", "fifo"])(
    "%s is refused at once",
    async (target) => {
      const box = sandbox(null);
      await runProgram(["mkfifo", box.path("fifo")], { cwd: box.folder });
      symlinkSync(target, box.path("protected.yaml"));
      for (const command of [["list-domains"], ["add-secret", "dev", "x", "--generate"]]) {
        const { status, stderr } = await pprotect(command, { cwd: box.folder });
        expect([status === 0, stderr]).toEqual([
          false,
          expect.stringMatching(/cannot read protected\.yaml: |no store/),
        ]);
      }
      const other = sandbox();
      symlinkSync(target === "fifo" ? box.path("fifo") : target, other.path(".secrets.json"));
      const { status } = await pprotect(["exec", "--", "echo", "ran"], { cwd: other.folder, env });
      expect(status).toBe(1);
    },
  );

  test("a store of more than 64 MiB is refused", async () => {
    const box = sandbox();
    truncateSync(box.store, 64 * 1024 * 1024 + 1);
    const { status, stderr } = await pprotect(["list-domains"], { cwd: box.folder });
    expect([status, stderr]).toEqual([1, "pprotect: cannot read protected.yaml: larger than 64 MiB\n"]);
  });

  test("a manifest of more than 64 MiB is refused, and a smaller one is not", async () => {
    const box = sandbox();
    const manifest = box.write(".secrets.json", '{"domain": "dev", "secrets": []}');
    const run = () => pprotect(["exec", "--", "echo", "ran"], { cwd: box.folder, env });
    appendFileSync(manifest, " ".repeat(2 * 1024 * 1024));
    expect((await run()).stdout).toBe("ran\n");
    truncateSync(manifest, 64 * 1024 * 1024 + 1);
    expect((await run()).stderr).toBe("pprotect: .secrets.json: larger than 64 MiB\n");
  });
});

test("a named pipe in place of a file of ours is refused at once", async () => {
  const box = sandbox();
  const state = box.path("state");
  const own = { ...env, XDG_STATE_HOME: state };
  const shell = (line: string) => runProgram(["sh", "-c", line], { cwd: box.folder, env: own });
  await shell("git init -q . && echo .env >.gitignore");
  for (const line of [
    ["git", "install"],
    ["get", "dev/api-key"],
    ["env", "--domain", "dev", "--format", "json", "--out", ".env"],
  ])
    expect(await pprotect(line, { cwd: box.folder, env: own })).toMatchObject({ status: 0 });
  const cases: readonly (readonly [path: string, command: readonly string[]])[] = [
    ["state/pprotect/access.jsonl", ["audit"]],
    ["state/pprotect/pins/*", ["trust"]],
    ["state/pprotect/handed-out.json", ["status"]],
    ["state/pprotect/written-files.json", ["cleanup"]],
    [".gitattributes", ["git", "status"]],
    [".git/pprotect-install.json", ["git", "status"]],
    [".git/hooks/pre-commit", ["git", "install"]],
  ];
  for (const [pattern, command] of cases) {
    expect((await shell(`for f in ${pattern}; do mv "$f" kept && mkfifo "$f"; done`)).status).toBe(0);
    const { status, stderr } = await pprotect(command, { cwd: box.folder, env: own });
    expect([pattern, status, stderr]).toEqual([
      pattern,
      1,
      expect.stringMatching(/is not a regular file|is damaged/),
    ]);
    await shell(`for f in ${pattern}; do mv kept "$f"; done`);
  }
});

test.each([
  "--file <(cat protected.yaml)",
  "--file /dev/stdin < protected.yaml",
  "--file /dev/stdin < <(cat protected.yaml)",
])("a store is read from a pipe that we were given: %s", async (line) => {
  const box = sandbox();
  const { status, stdout } = await runProgram(["bash", "-c", `'${binary()}' list-domains ${line}`], {
    cwd: box.folder,
  });
  expect([status, stdout]).toEqual([0, "dev\nprod\n"]);
});

test("a store, a value and a passphrase are read from a socket, as Node and Bun give it to their children", async () => {
  const box = sandbox();
  const run = (args: readonly string[], input: string) => {
    const child = spawn(binary(), [...args], { cwd: box.folder, env: cleanEnvironment(box.folder, env) });
    child.stdin.end(input);
    return Promise.all([text(child.stdout), text(child.stderr)]);
  };
  expect(await run(["list-domains", "--file", "/dev/stdin"], box.read().toString())).toEqual([
    "dev\nprod\n",
    "",
  ]);
  expect(await run(["add-secret", "dev", "new", "--value-file", "/dev/fd/0"], "value\n")).toEqual([
    "",
    expect.stringContaining("Added secret new"),
  ]);
  const bob = ["-u", BOB.name, "--passphrase-file", "/proc/self/fd/0"];
  expect(await run(["decrypt-domain", "dev", "--secret", "new", ...bob], BOB.passphrase)).toEqual([
    "value\n",
    "",
  ]);
});

test("another descriptor that cannot be opened is not read", async () => {
  const box = sandbox();
  const args = ["list-domains", "--file", "/dev/fd/3"];
  const { status, stderr } = await pprotect(args, { cwd: box.folder });
  expect([status, stderr]).toEqual([1, "pprotect: cannot read /dev/fd/3: no such device or address\n"]);
});

test("and is not written to one", async () => {
  const box = sandbox();
  const line = `'${binary()}' set-secret dev x --generate --file <(cat protected.yaml)`;
  const { status, stderr } = await runProgram(["bash", "-c", line], { cwd: box.folder });
  expect([status === 0, stderr]).toEqual([false, expect.stringContaining("pprotect: ")]);
});

describe("a new name", () => {
  test.each(["pr\u200bod", "prod\u{e0061}", "pro\u00add", "\u3164"])(
    "with invisible characters is refused: %j",
    async (name) => {
      const box = sandbox();
      const { status, stderr } = await pprotect(["add-domain", name], { cwd: box.folder, env });
      expect([status, stderr]).toEqual([1, expect.stringContaining("invisible characters")]);
    },
  );

  test("that looks like another is made, with a warning", async () => {
    const box = sandbox();
    const { status, stderr } = await pprotect(["add-domain", "prоd"], { cwd: box.folder, env });
    expect([status, stderr]).toEqual([
      0,
      'pprotect: warning: "prоd" looks like "prod", which exists\nAdded domain prоd with owner alice@example.com.\n',
    ]);
  });
});
