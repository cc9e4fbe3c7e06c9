import { afterAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { pprotect } from "../../../support/run.ts";
import { removeFolders, sandbox } from "../../../support/sandbox.ts";
import { BOB } from "../../../support/stores.ts";
import { ENV, expectSafe, hostileStore, NAMES, PATIENCE_MS } from "./names.ts";

afterAll(removeFolders);

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

/** What can be given at a prompt, where a line ends at a line end. */
const typed = NAMES.filter(([, name]) => !/[\n\r]/.test(name));

/** One that reads, one that writes and those that remove both: the others take names by the same code. */
const FEW = ["list-domain-secrets", "set-secret", "rm-domain", "rm-key-custodian"];

/** The names that every command gets: one of each kind. */
const BY_ALL = [
  "a terminal's escapes",
  "nothing",
  "__proto__",
  "an option",
  "a program for the shell",
  "a path",
];

test("each kind of name is given to every command", () => {
  const names = new Set(NAMES.map(([what]) => what));
  expect(BY_ALL.filter((what) => !names.has(what))).toEqual([]);
});

test.each(typed)(
  "a domain and a custodian named by %s are named like any other to every command that takes a name",
  async (what, name) => {
    const box = sandbox(hostileStore(name).toString());
    for (const [args, ...answers] of askers) {
      if (!BY_ALL.includes(what) && !FEW.includes(args[0] ?? "")) continue;
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
  PATIENCE_MS,
);
