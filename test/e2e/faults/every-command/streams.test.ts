import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { commandNames } from "../../../../src/cli/argv/registry.ts";
import { binary } from "../../../support/binary.ts";
import { COMMAND_CASES, snapshot } from "../../../support/command-table.ts";
import { COUNTS } from "../../../support/counts.ts";
import { type Result, runProgram } from "../../../support/run.ts";
import { removeFolders, type Sandbox } from "../../../support/sandbox.ts";
import { ALICE, BOB } from "../../../support/stores.ts";

afterAll(removeFolders);

/** What must never be seen: a secret, a passphrase, a stack trace, a defect of ours. */
const NEVER = [ALICE.passphrase, BOB.passphrase, "prod-token", "internal error", "\n    at "];

test("the table has every command of the registry", () => {
  expect(COMMAND_CASES).toHaveLength(COUNTS.commands);
  expect(COMMAND_CASES.map(({ name }) => name).toSorted()).toEqual(commandNames().toSorted());
});

describe.each(COMMAND_CASES)("`$name`", (each) => {
  test("with standard input closed works, or says in one line what it cannot ask; it never waits", async () => {
    const box = await each.prepare();
    const before = snapshot(box);
    const result = await inShell('exec "$0" "$@" <&-', each.args, box);
    expectQuiet(result);
    if (each.answers.length === 0) {
      expect([result.status, result.stderr]).toEqual([each.refused ? 1 : 0, result.stderr]);
      return;
    }
    expect([result.status, result.stderr]).toEqual([1, result.stderr]);
    expect(result.stderr).toMatch(
      /pprotect: the input ended at the question ".*"; nothing was changed\nhint: .*\n$/,
    );
    expect(snapshot(box)).toEqual(before);
  });

  test("with standard output closed, or its reader gone, ends without a word, and leaves whole files", async () => {
    for (const [script, failure] of [
      // The runtime puts /dev/null in the place of what is closed.
      ['"$0" "$@" >&-; echo $? >status', 0],
      // The reader has gone for certain when the program starts.
      ['mkfifo go; (read -r line <go; "$0" "$@" <input; echo $? >status) | (exec >&- <&-; echo >go)', 1],
    ] as const) {
      const box = await each.prepare();
      box.write("input", each.answers.map(([, line]) => `${line}\n`).join(""));
      const before = snapshot(box);
      const input = each.answers.map(([, line]) => `${line}\n`).join("");
      const result = await inShell(script, each.args, box, input);
      const status = Number(readFileSync(box.path("status"), "utf8"));
      const { [box.path("status")]: _, ...after } = snapshot(box);
      expectQuiet(result);
      // `exec` is the program that it runs, with its own word on it.
      if (each.name !== "exec") expect(result.stderr).not.toMatch(/EPIPE|EBADF|cannot write/);
      // A generated key that nobody could take is no key: then nothing is changed.
      const makesKey = each.prints && each.writes;
      const expected = makesKey || each.refused ? 1 : each.prints ? failure : 0;
      if (each.name !== "exec") expect([script, status]).toEqual([script, expected]);
      if (status === 0) expect(Bun.deepEquals(after, before)).toBe(!each.writes);
      else expect(after).toEqual(before);
      // `git` commands leave conflicts as they were.
      if (each.name.startsWith("git")) continue;
      expect(box.read().toString()).toBe(after[box.store] ?? "");
    }
  });
});

function expectQuiet({ stderr }: Result): void {
  for (const word of NEVER) expect(stderr).not.toContain(word);
}

function inShell(script: string, args: readonly string[], box: Sandbox, input = ""): Promise<Result> {
  return runProgram(["sh", "-c", script, binary(), ...args], { cwd: box.folder, input });
}
