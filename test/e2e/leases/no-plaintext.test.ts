import { afterAll, describe, expect, test } from "bun:test";
import { loadAll } from "../../../src/cli/argv/registry.ts";
import { COMMAND_CASES } from "../../support/command-table.ts";
import { leaseUser } from "../../support/lease-cli.ts";
import { pprotect } from "../../support/run.ts";
import { hiddenFiles, removeFolders } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";

afterAll(removeFolders);

const FENCE = { PPROTECT_NO_PLAINTEXT: "1" };
const CREDENTIALS = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
/** The values of the sample store, and a generated key. */
const PLAINTEXT = /dev-api-key|it's "dev" \$HOME|prod-token|P[0-9a-f]{64}P/;

const commands = await loadAll();
const printing = new Set(commands.filter(({ description }) => description.plaintext).map(({ name }) => name));

describe("with PPROTECT_NO_PLAINTEXT", () => {
  test("the commands that say of themselves that they show values are these", () => {
    expect([...printing].toSorted()).toEqual([
      "decrypt-domain",
      "edit",
      "env",
      "export",
      "get",
      "inject",
      "lease",
    ]);
  });

  test.each(COMMAND_CASES.filter(({ name }) => printing.has(name)).map((each) => [each.name, each] as const))(
    "`%s` refuses, with every answer and credential given",
    async (name, { args: [, ...args], answers, prepare }) => {
      const box = await prepare();
      const before = box.read().toString();
      const input = answers.map(([, line]) => `${line}\n`).join("");
      const { status, stdout, stderr } = await pprotect([name, "--json", ...args], {
        cwd: box.folder,
        env: { ...CREDENTIALS, ...FENCE },
        input,
      });
      expect([status, JSON.parse(stdout).error.code, stderr]).toEqual([1, "plaintext_forbidden", ""]);
      expect([box.read().toString(), hiddenFiles(box.folder)]).toEqual([before, hiddenFiles(box.folder)]);
    },
  );

  test("no other command that prints something prints a value or a generated key", async () => {
    const shown = await Promise.all(
      COMMAND_CASES.filter(({ name, prints }) => prints && !printing.has(name)).map(
        async ({ name, args, answers, prepare }) => {
          const box = await prepare();
          const { stdout, stderr } = await pprotect([...args], {
            cwd: box.folder,
            env: { ...CREDENTIALS, ...FENCE },
            input: answers.map(([, line]) => `${line}\n`).join(""),
          });
          return PLAINTEXT.test(`${stdout}${stderr}`) ? [name] : [];
        },
      ),
    );
    // What `redact` prints, it was given; what it knows of is replaced.
    expect(shown.flat()).toEqual([]);
  });

  test.each([
    ["git resolve --show", ["git", "resolve", "--show"]],
    ["exec --no-redact", ["exec", "--redact", "--no-redact", "api-key", "--domain", "dev", "--", "env"]],
    ["get --ttl", ["get", "dev/api-key", "--ttl", "1h"]],
    [
      "a generated key of a new store",
      ["init", "--file", "n.yaml", "--key-type", "raw", "-u", "n@example.com"],
    ],
    ["a generated key", ["add-key-custodian", "--key-type", "raw", "--yes", "-u", "new@example.com"]],
    ["a generated key for a custodian", ["rekey-custodian", "--key-type", "raw", "--yes", "-u", ALICE.name]],
  ])("%s is refused", async (_, args) => {
    const user = leaseUser();
    const { status, stdout, stderr } = await user.run(args, { ...CREDENTIALS, ...FENCE }, "alice-pw\n");
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      expect.stringContaining("PPROTECT_NO_PLAINTEXT forbids"),
    ]);
  });

  test("`exec` redacts what its program prints, in a program that is supervised too", async () => {
    const user = leaseUser();
    for (const options of [[], ["--ttl", "1m"]]) {
      const args = ["exec", ...options, "--domain", "dev", "--", "printenv", "api-key"];
      const { stdout } = await user.run(args, { ...CREDENTIALS, ...FENCE });
      expect(stdout).toBe("[REDACTED:api-key]\n");
    }
  });
});
