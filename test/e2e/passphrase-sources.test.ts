import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { passphraseFromCommand } from "../../src/credentials/passphrase-command.ts";
import { pprotect, type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB } from "../support/stores.ts";
import { atTerminal } from "../support/terminal.ts";

afterAll(removeFolders);

const GET = ["get", "prod/token", "--non-interactive"];
const USER = { PPROTECT_USER: ALICE.name };

function get(box: Sandbox, env: Record<string, string>, ...args: readonly string[]): Promise<Result> {
  return pprotect([...GET, ...args], { cwd: box.folder, env });
}

const GOOD = `printf '%s\\n' ${ALICE.passphrase}`;

describe("a passphrase comes from", () => {
  const box = sandbox();

  test.each([
    ["PPROTECT_PASSPHRASE_FILE", { PPROTECT_PASSPHRASE_FILE: box.alice }, []],
    ["PPROTECT_PASSPHRASE_COMMAND", { PPROTECT_PASSPHRASE_COMMAND: GOOD }, []],
    ["--passphrase-command", {}, ["--passphrase-command", GOOD]],
    [
      "an option before every variable",
      { PPROTECT_PASSPHRASE: "wrong", PPROTECT_PASSPHRASE_COMMAND: "exit 1" },
      ["--passphrase-command", GOOD],
    ],
    [
      "PPROTECT_PASSPHRASE before the file and the command",
      {
        PPROTECT_PASSPHRASE: ALICE.passphrase,
        PPROTECT_PASSPHRASE_FILE: "missing",
        PPROTECT_PASSPHRASE_COMMAND: "exit 1",
      },
      [],
    ],
    [
      "PPROTECT_PASSPHRASE_FILE before the command",
      { PPROTECT_PASSPHRASE_FILE: box.alice, PPROTECT_PASSPHRASE_COMMAND: "exit 1" },
      [],
    ],
    [
      "variables of another prefix",
      { PPROTECT_ENV_PREFIX: "APP", APP_PASSPHRASE_COMMAND: GOOD, APP_USER: ALICE.name },
      [],
    ],
  ] as const)("%s", async (_, env, args) => {
    expect(await get(box, { ...USER, ...env }, ...args)).toMatchObject({ status: 0, stdout: "prod-token" });
  });

  test.each([
    [
      "a wrong file",
      { PPROTECT_PASSPHRASE_FILE: box.bob, PPROTECT_PASSPHRASE_COMMAND: GOOD },
      "wrong passphrase",
    ],
    [
      "a missing file",
      { PPROTECT_PASSPHRASE_FILE: "missing", PPROTECT_PASSPHRASE_COMMAND: GOOD },
      "no such file",
    ],
    [
      "a wrong command",
      { PPROTECT_PASSPHRASE_COMMAND: "echo no" },
      "passphrase from the command of PPROTECT_PASSPHRASE_COMMAND",
    ],
    [
      "a command that fails",
      { PPROTECT_PASSPHRASE_COMMAND: "echo hunter2; exit 3" },
      "failed with exit status 3",
    ],
    [
      "a command that is not there",
      { PPROTECT_PASSPHRASE_COMMAND: "no-such-program" },
      "failed with exit status 127",
    ],
    ["a command without output", { PPROTECT_PASSPHRASE_COMMAND: "true" }, "printed nothing"],
    [
      "a command that prints bytes",
      { PPROTECT_PASSPHRASE_COMMAND: "printf '\\377'" },
      "printed no UTF-8 text",
    ],
    [
      "a command that prints for ever",
      { PPROTECT_PASSPHRASE_COMMAND: "yes" },
      "printed more than 65536 bytes",
    ],
  ])("no other source after %s", async (_, env, message) => {
    const result = await get(box, { ...USER, ...env });
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain("hunter2");
  });

  test("one option, not two", async () => {
    const result = await get(box, USER, "--passphrase-file", box.alice, "--passphrase-command", GOOD);
    expect(result.stderr).toContain("give --passphrase-file or --passphrase-command, not both");
  });
});

describe("the command", () => {
  test("gets the user and the store, and no other credentials", async () => {
    const box = sandbox();
    const command = `env > seen; ${GOOD}`;
    const env = { ...USER, PPROTECT_PASSPHRASE_COMMAND: command };
    expect((await get(box, env)).status).toBe(0);
    const seen = readFileSync(box.path("seen"), "utf8").split("\n");
    expect(seen).toContain(`PPROTECT_USER=${ALICE.name}`);
    expect(seen).toContain(`PPROTECT_STORE=${box.store}`);
    expect(seen.filter((line) => line.startsWith("PPROTECT_"))).toHaveLength(2);
  });

  test("cannot read standard input, which may be meant for a program", async () => {
    const box = sandbox();
    const env = { ...USER, PPROTECT_PASSPHRASE_COMMAND: `cat; ${GOOD}` };
    const args = ["exec", "--domain", "prod", "--", "cat"];
    expect(await pprotect(args, { cwd: box.folder, env, input: "for the program" })).toMatchObject({
      status: 0,
      stdout: "for the program",
    });
  });

  test("is not inherited by the program that exec runs", async () => {
    const box = sandbox();
    const env = { ...USER, PPROTECT_PASSPHRASE_COMMAND: GOOD, PPROTECT_PASSPHRASE_FILE: box.alice };
    const { stdout } = await pprotect(["exec", "--domain", "prod", "--", "env"], { cwd: box.folder, env });
    expect(stdout).toContain("token=prod-token");
    expect(stdout).not.toContain("PPROTECT_PASSPHRASE");
  });

  test("runs only after the user is known", async () => {
    const box = sandbox();
    const env = { PPROTECT_USER: "nobody", PPROTECT_PASSPHRASE_COMMAND: "touch ran; echo x" };
    expect((await get(box, env)).stderr).toContain('no key custodian "nobody"');
    expect(existsSync(box.path("ran"))).toBe(false);
    const session = atTerminal(["get", "prod/token"], {
      cwd: box.folder,
      env: { PPROTECT_PASSPHRASE_COMMAND: `touch ran; ${GOOD}` },
    });
    await session.waitFor("User email: ");
    expect(existsSync(box.path("ran"))).toBe(false);
    session.type(`${ALICE.name}\r`);
    await session.waitFor("prod-token");
    expect(await session.exited).toBe(0);
  });

  test.each(["sleep 60", "sleep 60 & sleep 60", "exec 1>&-; sleep 60"])(
    "is ended when it takes too long: %s",
    async (command) => {
      const context = { user: "u", store: "s", environment: process.env, withheld: [], timeoutMs: 300 };
      const started = Date.now();
      await expect(passphraseFromCommand(`exec 2>&-; ${command}`, "X", context)).rejects.toThrow(
        "took longer than 0.3 seconds",
      );
      expect(Date.now() - started).toBeLessThan(50_000);
    },
  );

  test("is not for the passphrase of a new custodian", async () => {
    const box = sandbox();
    const args = ["add-key-custodian", "-u", "new", "--passphrase-command", "echo x", "--non-interactive"];
    expect((await pprotect(args, { cwd: box.folder })).stderr).toContain("is for a passphrase that exists");
    const env = { PPROTECT_PASSPHRASE_COMMAND: "echo x", PPROTECT_PASSPHRASE_FILE: box.alice };
    const ignored = await pprotect(["add-key-custodian", "-u", "new", "--non-interactive"], {
      cwd: box.folder,
      env,
    });
    expect(ignored.stderr).toContain("new passphrase required");
  });
});

describe("a user that nothing else names is git's", () => {
  async function repository(config: Record<string, string>): Promise<Sandbox> {
    const box = sandbox();
    await runProgram(["git", "init", "-q"], { cwd: box.folder });
    for (const [key, value] of Object.entries(config))
      await runProgram(["git", "config", key, value], { cwd: box.folder });
    return box;
  }
  const PASSPHRASE = { PPROTECT_PASSPHRASE: ALICE.passphrase };

  test.each([[{ "pprotect.user": ALICE.name, "user.email": BOB.name }], [{ "user.email": ALICE.name }]])(
    "%j",
    async (config) => {
      expect(await get(await repository(config), PASSPHRASE)).toMatchObject({
        status: 0,
        stdout: "prod-token",
      });
    },
  );

  test("the prompt says where the user comes from", async () => {
    const box = await repository({ "user.email": ALICE.name });
    const result = await pprotect(["get", "prod/token"], { cwd: box.folder, input: `${ALICE.passphrase}\n` });
    expect(result).toMatchObject({ status: 0, stdout: "prod-token" });
    expect(result.stderr).toContain(`(using user ${ALICE.name} from git config user.email)`);
  });

  test("for the commands that use credentials if they are there", async () => {
    const box = await repository({ "user.email": ALICE.name });
    const inBox = { cwd: box.folder, env: PASSPHRASE };
    const checked = await pprotect(["check", "--json"], inBox);
    expect(JSON.parse(checked.stdout).result.opened.custodian).toBe(ALICE.name);
    const compared = await pprotect(["diff", "dev", "prod", "--json"], inBox);
    expect(JSON.parse(compared.stdout).result.values_compared).toBe(true);
    const without = await pprotect(["check", "--json"], { cwd: box.folder });
    expect(JSON.parse(without.stdout).result.opened).toBeNull();
  });

  test("user.email counts only if it is a custodian, pprotect.user always", async () => {
    const other = await get(await repository({ "user.email": "me@elsewhere.example" }), PASSPHRASE);
    expect(other.stderr).toContain("user required");
    const wrong = await get(await repository({ "pprotect.user": "me" }), PASSPHRASE);
    expect(wrong.stderr).toContain('no key custodian "me" (user from git config pprotect.user)');
  });

  test("but not before -u and the environment, nor with --ignore-env, nor for a new custodian", async () => {
    const box = await repository({ "pprotect.user": BOB.name });
    expect((await get(box, { ...PASSPHRASE, ...USER })).status).toBe(0);
    expect((await get(box, PASSPHRASE, "-u", ALICE.name)).status).toBe(0);
    const ignoring = await get(box, {}, "--ignore-env", "--passphrase-file", box.bob);
    expect(ignoring.stderr).toContain("user required");
    const added = await pprotect(["add-key-custodian", "--non-interactive"], { cwd: box.folder });
    expect(added.stderr).toContain("user (-u/--user) required");
  });

  test("without git in PATH there is none", async () => {
    const box = await repository({ "pprotect.user": ALICE.name });
    const bin = box.path("bin");
    await runProgram(["mkdir", bin], { cwd: box.folder });
    chmodSync(bin, 0o755);
    const result = await get(box, { ...PASSPHRASE, PATH: bin });
    expect(result.stderr).toContain("user required");
  });
});
