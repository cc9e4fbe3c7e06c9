import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, readdirSync } from "node:fs";
import { KeyFile } from "../../../src/store/key-file.ts";
import type { Domain } from "../../../src/store/store-data.ts";
import { COMMAND_CASES } from "../../support/command-table.ts";
import { COUNTS } from "../../support/counts.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { pprotect, type Result } from "../../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE, BOB, sampleStore } from "../../support/stores.ts";

afterAll(removeFolders);

/** Names of domains and custodians as a file may have them, though no command would make them. */
const NAMES: readonly (readonly [what: string, name: string])[] = [
  ["a terminal's escapes", "\x1b[2J\x1b]0;owned\x07\x1b[1A"],
  ["the same in one byte", "\x9b2J\x9d0;owned\x9c"],
  ["a bidirectional override", "\u202eyxorp\u2066\u200f"],
  ["what cannot be seen", "pr\u200bod\u00ad\ufeff"],
  ["lines", "dev\nprod: ok\r\nStaged.\u2028\u2029\u0085"],
  ["a return to the line's start", "x\rpprotect: all is well"],
  ["nothing", ""],
  ["__proto__", "__proto__"],
  ["constructor", "constructor"],
  ["hasOwnProperty", "hasOwnProperty"],
  ["toString", "toString"],
  ["an option", "--help"],
  ["a program for the shell", "$(touch owned)`touch owned`; touch owned"],
  ["a format", "%s%n{0}\\x1b[2J\\n"],
  ["a path", "../../../../etc/passwd\0"],
  ["one megabyte", "x".repeat(1 << 20)],
  ["many escapes", "\x1b[2J".repeat(1 << 13)],
];

/** What a terminal would obey, or show as something else: nothing of it may be printed. */
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

function expectSafe(what: readonly string[], { stdout, stderr }: Result): void {
  const [found] = OBEYED.exec(stdout + stderr) ?? [];
  expect([what, found]).toEqual([what, undefined]);
  expect(stderr).not.toContain("internal error");
  expect(stderr).not.toMatch(/^\s+at /m);
}

/** A store with a domain and a custodian of one name, beside those of the sample. */
function hostileStore(name: string): KeyFile {
  const { domains, custodians, auditLog } = sampleStore().data;
  const dev = domains.get("dev") as Domain;
  const pwdkm = custodians.get(BOB.name) ?? "";
  const owners = new Map([...dev.owners, [name, dev.owners.get(BOB.name) ?? ""]]);
  return KeyFile.from({
    domains: new Map([...domains, [name, { ...dev, owners }]]),
    custodians: new Map([...custodians, [name, pwdkm]]),
    auditLog: [...auditLog, `2026-01-01T00:00:00Z -- created domain ${name} with owner ${name}`],
  });
}

const ENV = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

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

/** Commands that get the name at their prompt. */
const askers: readonly (readonly [args: readonly string[], ...answers: readonly (string | null)[]])[] = [
  [["list-domain-secrets"], null],
  [["decrypt-domain"], null],
  [["set-secret", "--generate"], null, "fresh"],
  [["update-secret", "--generate"], null, "api-key"],
  [["add-secret", "--generate"], null, "another"],
  [["rm-secret"], null, "another"],
  [["rotate-domain-keys"], null],
  [["rm-owner"], null, BOB.name],
  [["add-owner"], null, BOB.name],
  [["rm-owner", "--yes", "--confirm"], "dev", BOB.name],
  [["add-owner"], "prod", null],
  [["rm-owner"], "prod", null],
  [["migrate-owner", "--yes"], null],
  [["rm-domain", "--confirm", "--yes"], null],
  [["rm-key-custodian"], null],
];

test("the names are as many as the document says", () => {
  expect(NAMES).toHaveLength(COUNTS.hostileNames);
});

describe.each(NAMES)("a domain and a custodian named by %s", (_, name) => {
  test("are printed escaped by every command that shows them", async () => {
    const box = sandbox(hostileStore(name).toString());
    await Promise.all(
      lookers.map(async (args) => {
        const result = await pprotect(args, { cwd: box.folder, env: ENV });
        expectSafe(args, result);
        expect([args, result.status, result.stderr]).toEqual([args, 0, result.stderr]);
        if (args.includes("--json"))
          expect(JSON.stringify(JSON.parse(result.stdout))).toContain(JSON.stringify(name).slice(1, -1));
      }),
    );
    expect(readdirSync(box.folder)).not.toContain("owned");
  });

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

  test("are escaped in git: history, diff, guard, and the report and resolution of a conflict", async () => {
    const repository = await mergeRepository();
    const start = hostileStore(name);
    const [secret] = ["api-key"];
    await repository.commitStore(start.toString(), "start");
    await repository.must("checkout", "-q", "-b", "other");
    await repository.commitStore(start.setSecret(name, secret, "theirs").toString(), "theirs");
    await repository.must("checkout", "-q", "main");
    await repository.commitStore(start.setSecret(name, secret, "ours").toString(), "ours");
    const merged = await repository.git(["merge", "-q", "other"]);
    expectSafe(["merge"], merged);
    expect([merged.status, merged.stderr]).toEqual([
      1,
      expect.stringContaining("pprotect: conflict in protected.yaml: "),
    ]);
    for (const args of [
      ["git", "pre-commit"],
      ["git", "history"],
      ["git", "check", "--all"],
      ["git", "status"],
      ["git", "resolve", "--non-interactive"],
      ["git", "resolve"],
      ["git", "history"],
      ["git", "pre-commit", "--json"],
    ]) {
      const result = await repository.pprotect(args, {}, "o\n".repeat(3));
      expectSafe(args, result);
      const expected = { "git status": 1, "git resolve --non-interactive": 1 }[args.join(" ")];
      if (expected !== undefined) expect([args, result.status]).toEqual([args, expected]);
      if (args.length === 2 && args[1] === "resolve")
        expect([result.status, result.stderr]).toEqual([0, result.stderr]);
    }
    expect(
      KeyFile.parse(Buffer.from(await repository.must("show", ":protected.yaml")), "staged").data.domains.has(
        name,
      ),
    ).toBe(true);
  });
});

/** What can be given at a prompt, where a line ends at a line end. */
const typed = NAMES.filter(([, name]) => !/[\n\r]/.test(name));

/** A megabyte is read at each prompt, and the log grows by as much: some commands say enough. */
const AT_LENGTH = ["list-domain-secrets", "set-secret", "rm-domain", "rm-key-custodian"];

test.each(typed)(
  "a domain and a custodian named by %s are named like any other to every command that takes a name",
  async (_, name) => {
    const box = sandbox(hostileStore(name).toString());
    const short = name.length < 100_000;
    for (const [args, ...answers] of askers) {
      if (!short && !AT_LENGTH.includes(args[0] ?? "")) continue;
      const input = answers.map((answer) => `${answer ?? name}\n`).join("");
      const result = await pprotect(args, { cwd: box.folder, env: ENV, input });
      expectSafe(args, result);
      if (name === "" && result.status === 1) {
        // Nothing at a prompt is no name.
        expect(result.stderr).toMatch(/no .* given/);
        continue;
      }
      expect([args, result.status, result.stderr.slice(-300)]).toEqual([args, 0, result.stderr.slice(-300)]);
    }
    const { domains, custodians } = box.read().data;
    if (name !== "") expect([domains.has(name), custodians.has(name)]).toEqual([false, false]);
    expect([...domains.keys()].filter((each) => each !== name).toSorted()).toEqual(["dev", "prod"]);
    expect(domains.get("dev")?.secrets.size).toBe(2);
    expect(readdirSync(box.folder)).not.toContain("owned");
  },
);

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
