import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { pprotect } from "../support/run.ts";
import { FRESH_PASSPHRASE, removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB } from "../support/stores.ts";

afterAll(removeFolders);

const DECRYPT = ["decrypt-domain", "prod", "--secret", "token"];
const ALICE_ENV = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const WRONG_ENV = { PPROTECT_USER: "wrong", PPROTECT_PASSPHRASE: "wrong" };

describe("credentials are taken", () => {
  const box = sandbox();

  test.each([
    ["from the environment", [], ALICE_ENV, ""],
    ["from flags before the environment", ["-u", ALICE.name, "--passphrase-file", box.alice], WRONG_ENV, ""],
    [
      "half from a flag, half from the environment",
      ["--user", ALICE.name],
      { ...WRONG_ENV, ...{ PPROTECT_PASSPHRASE: ALICE.passphrase } },
      "",
    ],
    [
      "from variables of another prefix",
      ["--env-prefix", "APP"],
      { APP_USER: ALICE.name, APP_PASSPHRASE: ALICE.passphrase, ...WRONG_ENV },
      "",
    ],
    [
      "by the prefix of PPROTECT_ENV_PREFIX",
      [],
      { PPROTECT_ENV_PREFIX: "APP", APP_USER: ALICE.name, APP_PASSPHRASE: ALICE.passphrase, ...WRONG_ENV },
      "",
    ],
    [
      "by --env-prefix before PPROTECT_ENV_PREFIX",
      ["--env-prefix=PPROTECT"],
      { PPROTECT_ENV_PREFIX: "APP", ...ALICE_ENV },
      "",
    ],
    [
      "from a prompt where the environment is ignored",
      ["--ignore-env"],
      WRONG_ENV,
      `${ALICE.name}\n${ALICE.passphrase}\n`,
    ],
    [
      "from a prompt for the half that is missing",
      [],
      { PPROTECT_USER: ALICE.name },
      `${ALICE.passphrase}\n`,
    ],
  ] as const)("%s", async (_, args, env, input) => {
    const result = await pprotect([...DECRYPT, ...args], { cwd: box.folder, env, input });
    expect([result.status, result.stdout]).toEqual([0, "prod-token"]);
  });
});

describe("wrong credentials", () => {
  const box = sandbox();
  const right = `${ALICE.name}\n${ALICE.passphrase}\n`;

  test.each([
    [
      "in the environment never fall through to the prompt",
      [],
      WRONG_ENV,
      ['no key custodian "wrong"', "PPROTECT_USER"],
    ],
    [
      "that are empty in the environment never fall through, and are warned of",
      [],
      { PPROTECT_USER: "", PPROTECT_PASSPHRASE: "" },
      ["the user is empty (from the environment variable PPROTECT_USER)"],
    ],
    [
      "in a flag never fall through to the environment",
      ["-u", BOB.name],
      ALICE_ENV,
      ["user from --user", "PPROTECT_PASSPHRASE"],
    ],
    [
      "in an empty file are warned of",
      ["-u", ALICE.name, "--passphrase-file", "/dev/null"],
      ALICE_ENV,
      ["the file /dev/null", "empty passphrase"],
    ],
    [
      "of a misspelt user suggest the right one",
      ["-u", "alice@exmple.com"],
      ALICE_ENV,
      ['did you mean "alice@example.com"?'],
    ],
  ] as const)("%s", async (_, args, env, parts) => {
    const result = await pprotect([...DECRYPT, ...args], { cwd: box.folder, env, input: right });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    for (const part of parts) expect(result.stderr).toContain(part);
    expect(result.stderr).not.toContain(ALICE.passphrase);
    expect(result.stderr).toMatch(/^pprotect: [^\n]+\nhint: [^\n]+\n$/);
  });

  test("at the prompt are reported to be from the prompt", async () => {
    const result = await pprotect(DECRYPT, { cwd: box.folder, input: `${ALICE.name}\nwrong\n` });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("user from the prompt, passphrase from the prompt");
  });

  test("of someone who owns nothing there name the owners", async () => {
    const env = { PPROTECT_USER: BOB.name, PPROTECT_PASSPHRASE: BOB.passphrase };
    const result = await pprotect(DECRYPT, { cwd: box.folder, env });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`${BOB.name} is not an owner of domain "prod"`);
    expect(result.stderr).toContain(`to run \`pprotect add-owner prod ${BOB.name}\`\n`);
    expect(result.stderr).toContain(ALICE.name);
  });
});

describe.each(["set-key-custodian-passphrase", "rekey-custodian"])("%s", (command) => {
  const args = (fresh: string): string[] => [command, "--new-passphrase-file", fresh, "--key-type", "fast"];

  test("asks who acts although the environment says it", async () => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const result = await pprotect(args(box.fresh), { cwd: box.folder, env: ALICE_ENV });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("User email: ");
    expect(readFileSync(box.store, "utf8")).toBe(before);

    const input = `${BOB.name}\n${BOB.passphrase}\n`;
    expect((await pprotect(args(box.fresh), { cwd: box.folder, env: ALICE_ENV, input })).status).toBe(0);
    expect(box.read().unlock({ ...BOB, passphrase: FRESH_PASSPHRASE })).toBeDefined();
    expect(box.read().unlock(ALICE)).toBeDefined();
  });

  test("takes the environment's with --non-interactive", async () => {
    const box = sandbox();
    const result = await pprotect([...args(box.fresh), "--non-interactive"], {
      cwd: box.folder,
      env: ALICE_ENV,
    });
    expect(result.status).toBe(0);
    expect(box.read().unlock({ ...ALICE, passphrase: FRESH_PASSPHRASE })).toBeDefined();
  });

  test("takes flags", async () => {
    const box = sandbox();
    const flags = ["-u", ALICE.name, "--passphrase-file", box.alice];
    expect((await pprotect([...args(box.fresh), ...flags], { cwd: box.folder, env: WRONG_ENV })).status).toBe(
      0,
    );
    expect(box.read().unlock({ ...ALICE, passphrase: FRESH_PASSPHRASE })).toBeDefined();
  });

  test("says what the old passphrase still opens, and gives the way out", async () => {
    const box = sandbox();
    const flags = ["-u", ALICE.name, "--passphrase-file", box.alice, "--json"];
    const { stdout, stderr } = await pprotect([...args(box.fresh), ...flags], { cwd: box.folder });
    expect(stderr).toContain("the old passphrase still opens dev, prod with an earlier revision");
    const { next_actions } = JSON.parse(stdout);
    expect(next_actions.map((action: { command: string }) => action.command)).toEqual([
      "pprotect rotate-domain-keys dev",
      "pprotect rotate-domain-keys prod",
    ]);
  });

  test("with an empty new passphrase changes nothing", async () => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const flags = ["-u", ALICE.name, "--passphrase-file", box.alice];
    const result = await pprotect([...args("/dev/null"), ...flags], { cwd: box.folder });
    expect([result.status, readFileSync(box.store, "utf8")]).toEqual([1, before]);
  });
});
