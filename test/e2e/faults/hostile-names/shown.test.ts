import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, readdirSync } from "node:fs";
import { COMMAND_CASES } from "../../../support/command-table.ts";
import { COUNTS } from "../../../support/counts.ts";
import { pprotect } from "../../../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../../../support/sandbox.ts";
import { ALICE } from "../../../support/stores.ts";
import { ENV, expectSafe, GROUPS, hostileStore, NAMES } from "./names.ts";

afterAll(removeFolders);

/** Every command that prints names, each with the line that it reads where it asks for one; all exit with 0. */
const lookers: readonly (readonly string[])[] = [
  ["list-domains"],
  ["list-all-secrets"],
  ["list-audit-log"],
  ["list-user-secrets"],
  ["check"],
  ["check", "-u", ALICE.name],
  ["git", "textconv", "protected.yaml"],
  ["list-domains", "--json"],
];

test("the names are as many as the document says", () => {
  expect(NAMES).toHaveLength(COUNTS.hostileNames);
});

describe.each(GROUPS)("domains and custodians named by %s", (_, names) => {
  test("are printed escaped by every command that shows them", async () => {
    const box = sandbox(hostileStore(...names).toString());
    await Promise.all(
      lookers.map(async (args) => {
        const result = await pprotect(args, { cwd: box.folder, env: ENV });
        expectSafe(args, result);
        expect([args, result.status, result.stderr]).toEqual([args, 0, result.stderr]);
        if (!args.includes("--json")) return;
        const shown = JSON.stringify(JSON.parse(result.stdout));
        expect(names.filter((name) => !shown.includes(JSON.stringify(name).slice(1, -1)))).toEqual([]);
      }),
    );
    expect(readdirSync(box.folder)).not.toContain("owned");
  });
});

describe.each(NAMES)("a domain and a custodian named by %s", (_, name) => {
  test("are escaped, and found in no time, where a name is misspelt", async () => {
    const box = sandbox(hostileStore(name).toString());
    const misspelt = `${name.replaceAll(/[\n\r\0]/g, "")}z`;
    await Promise.all(
      [["rm-domain"], ["list-domain-secrets"], ["rm-key-custodian"], ["decrypt-domain"]].map(async (args) => {
        const result = await pprotect(args, { cwd: box.folder, env: ENV, input: `${misspelt}\n` });
        expectSafe(args, result);
        expect([args, result.status]).toEqual([args, 1]);
        expect(result.stderr.length).toBeLessThan(5000);
      }),
    );
    const wrong = await pprotect(["list-user-secrets"], { cwd: box.folder, input: `${misspelt}\nwrong\n` });
    expectSafe(["list-user-secrets"], wrong);
    expect([wrong.status, wrong.stderr.length < 5000]).toEqual([1, true]);
  });
});

test("a store whose own path is hostile is named escaped by every command", async () => {
  const path = "\x1b[2J\u202e\nowned.yaml";
  const cases = COMMAND_CASES.filter(
    ({ name }) => !/^git (?:merge-driver|install|uninstall|resolve)$/.test(name),
  );
  for (const { name, args, answers, prepare } of cases) {
    const box: Sandbox = await prepare();
    if (name !== "init") copyFileSync(box.store, box.path(path));
    const named = args.map((arg) => (arg === "new.yaml" || arg === "protected.yaml" ? path : arg));
    const words = name.split(" ").length;
    const file = named.includes(path) ? [] : ["--file", path];
    const command = [...named.slice(0, words), ...file, ...named.slice(words)];
    const input = answers.map(([, line]) => `${line}\n`).join("");
    const result = await pprotect(command, { cwd: box.folder, input });
    expectSafe(command, { ...result, stdout: name === "exec" ? "" : result.stdout });
    expect(result.stderr).not.toMatch(/^owned/m);
  }
});
