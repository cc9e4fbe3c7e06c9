import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { LIBC_FIX, NO_LIBC } from "../../src/system/libc.ts";
import { binary } from "../support/binary.ts";
import { COMMAND_CASES } from "../support/command-table.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

/** Without a JIT the runtime calls no function of the C library. */
const ENV = {
  BUN_JSC_useJIT: "0",
  PPROTECT_USER: ALICE.name,
  PPROTECT_PASSPHRASE: ALICE.passphrase,
};
const WARNING = `pprotect: warning: ${NO_LIBC}: `;

test("without a JIT, exec runs the program, and says what is missing", async () => {
  const box = sandbox();
  const run = (mode: readonly string[], program: string) =>
    pprotect(["exec", "--domain", "dev", "--uppercase", ...mode, "--", "sh", "-c", program], {
      cwd: box.folder,
      env: ENV,
    });
  const plain = await run([], 'echo "$API_KEY"; exit 7');
  expect(plain).toMatchObject({ status: 7, stdout: "dev-api-key\n" });
  expect(plain.stderr).toContain(WARNING);
  const asFile = await run(["--as-file", "api-key=key.txt"], 'cat "$API_KEY"; basename "$API_KEY"');
  expect(asFile).toMatchObject({ status: 0, stdout: "dev-api-keykey.txt\n" });
  expect(await run(["--watch"], 'echo "$API_KEY"')).toMatchObject({ status: 0, stdout: "dev-api-key\n" });
  expect(await run(["--redact"], 'echo "$API_KEY"')).toMatchObject({
    status: 1,
    stdout: "",
    stderr: `pprotect: exec --redact does not work here: ${WARNING.slice(19, -2)}\nhint: ${LIBC_FIX}\n`,
  });
});

test("where there is not enough memory to derive a key, the message says how much it takes", async () => {
  const box = sandbox(null);
  const script = `ulimit -v 500000; exec '${binary()}' init -u alice --passphrase-file fresh.pw`;
  const { status, stderr } = await runProgram(["sh", "-c", script], { cwd: box.folder });
  expect(status).toBe(1);
  expect(stderr).toContain(
    "pprotect: not enough memory to derive the key: it needs 256 MiB\nhint: raise the limit",
  );
  expect(existsSync(box.path("protected.yaml"))).toBe(false);
});

test("without a JIT, the store is written under its lock, and output is redacted", async () => {
  const box = sandbox();
  const run = (line: string, input = "") => pprotect(line.split(" "), { cwd: box.folder, env: ENV, input });
  expect(await run("add-secret dev new", "value-of-new")).toMatchObject({ status: 0 });
  expect(await run("get dev new")).toMatchObject({ status: 0, stdout: "value-of-new" });
  expect(await run("redact --domain dev", "a value-of-new b")).toMatchObject({
    status: 0,
    stdout: "a [REDACTED:new] b",
  });
});

const NOT_PROTECTED = `pprotect: warning: cannot turn off core dumps: ${WARNING.slice(19, -2)}\n`;

describe("without a JIT, a command that reads a secret", () => {
  const run = (box: ReturnType<typeof sandbox>, args: readonly string[], env = {}) =>
    pprotect(args, { cwd: box.folder, env: { ...ENV, XDG_STATE_HOME: box.path("state"), ...env } });

  test("says once that the memory is not protected, and is in the access log", async () => {
    const box = sandbox();
    expect(await run(box, ["get", "dev", "api-key"])).toMatchObject({
      status: 0,
      stdout: "dev-api-key",
      stderr: NOT_PROTECTED,
    });
    expect((await run(box, ["decrypt-domain", "dev"], { PPROTECT_AUDIT: "required" })).status).toBe(0);
    const log = readFileSync(box.path("state/pprotect/access.jsonl"), "utf8");
    expect(log.trimEnd().split("\n")).toHaveLength(2);
  });

  test("hands nothing out where the log is required and cannot be written", async () => {
    const box = sandbox();
    const env = { PPROTECT_AUDIT: "required", XDG_STATE_HOME: "/proc/no-such" };
    const { status, stdout, stderr } = await run(box, ["get", "dev", "api-key"], env);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("pprotect: the access log cannot be written: ");
    expect(existsSync("/proc/no-such")).toBe(false);
  });

  test.each([
    [
      ["exec", "--domain", "dev", "--ttl", "1m", "--", "true"],
      "exec --ttl and --while are not available here: ",
    ],
    [["unlock", "dev"], "leases are not available here: "],
  ])("%j says why not", async (args, message) => {
    const { status, stderr } = await run(sandbox(), args);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`pprotect: ${message}${WARNING.slice(19, -2)}`),
    ]);
  });
});

/** `unlock` needs a lease, see above. What the commands of git and agents do is all in other commands too. */
const APART = /^(?:unlock|agent .*|git .*)$/;

describe("without a JIT, every other command works", () => {
  test.concurrent.each(
    COMMAND_CASES.filter(({ name, refused }) => refused === undefined && !APART.test(name)).map(
      (each) => [each.name, each] as const,
    ),
  )("%s", async (_, { args, answers, copies, prepare, prints }) => {
    const box = await prepare();
    const lines = [...answers.map(([, line]) => line), ...(copies === undefined ? [] : [copies])];
    const input = lines.map((line) => `${line}\n`).join("");
    const { status, stdout, stderr } = await pprotect(args, {
      cwd: box.folder,
      env: { ...GIT_IDENTITY, BUN_JSC_useJIT: "0" },
      input,
    });
    expect([stderr, status]).toEqual([stderr, 0]);
    expect(stdout !== "").toBe(prints);
    expect(stderr.split("the runtime cannot call the C library").length - 1).toBeLessThanOrEqual(1);
  });
});
