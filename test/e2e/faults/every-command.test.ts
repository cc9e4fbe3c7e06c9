import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { commandNames } from "../../../src/cli/argv/registry.ts";
import { binary } from "../../support/binary.ts";
import { COMMAND_CASES, type CommandCase, REDACT_AT_PROMPTS, snapshot } from "../../support/command-table.ts";
import { COUNTS } from "../../support/counts.ts";
import { pprotect, type Result, runProgram } from "../../support/run.ts";
import { removeFolders, type Sandbox } from "../../support/sandbox.ts";
import { ALICE, BOB } from "../../support/stores.ts";
import {
  atTerminal,
  CTRL_C,
  CTRL_D,
  type TerminalOptions,
  type TerminalSession,
} from "../../support/terminal.ts";

afterAll(removeFolders);

/** Cursor movements, colours, and all else that a terminal that is dumb would print as it is. */
const ESCAPE = "\x1b";
/** SGR, "select graphic rendition": colours and the like. */
const COLOUR = /\x1b\[[\d;]*m/;
/** What must never be seen: a secret, a passphrase, a stack trace, a defect of ours. */
const NEVER = [ALICE.passphrase, BOB.passphrase, "prod-token", "internal error", "\n    at "];

test("the table has every command of the registry", () => {
  expect(COMMAND_CASES).toHaveLength(COUNTS.commands);
  expect(questions).toHaveLength(COUNTS.questions);
  expect(COMMAND_CASES.map(({ name }) => name).toSorted()).toEqual(commandNames().toSorted());
});

async function answerAll(session: TerminalSession, answers: CommandCase["answers"]): Promise<void> {
  for (const [question, line] of answers) await session.answer(question, line);
}

/** Runs a case with every answer at a terminal. */
async function atAnyTerminal(
  { args, answers, copies, prepare, writes }: CommandCase,
  options: Omit<TerminalOptions, "cwd">,
): Promise<TerminalSession> {
  const box = await prepare();
  const before = snapshot(box);
  const session = atTerminal(args, { cwd: box.folder, ...options });
  await answerAll(session, answers);
  if (copies !== undefined) await typeUntilCopied(session, copies);
  expect([await session.exited, session.screen()]).toEqual([0, session.screen()]);
  expect(session.modes()).toEqual(session.modesBefore);
  expect(Bun.deepEquals(snapshot(box), before)).toBe(!writes);
  return session;
}

/** Types a line until it comes back, and then the end of the input: what is typed before a program reads may be lost. */
async function typeUntilCopied(session: TerminalSession, line: string): Promise<void> {
  const shown = (): number => session.screen().split(line).length - 1;
  for (let typed = 1; typed < 100; typed++) {
    session.type(`${line}\r`);
    await Bun.sleep(200);
    // Each line that is typed shows once by itself.
    if (shown() > typed) break;
  }
  session.type(CTRL_D);
}

const questions = [...COMMAND_CASES, REDACT_AT_PROMPTS].flatMap((each) =>
  each.answers.map(([question], index) => ({ ...each, question, index })),
);

describe("Ctrl-C", () => {
  test.each(questions)(
    "at $question of `$name`: exit 130, nothing written, echo restored",
    async ({ args, answers, index, question, prepare }) => {
      const box = await prepare();
      const before = snapshot(box);
      const session = atTerminal(args, { cwd: box.folder });
      await answerAll(session, answers.slice(0, index));
      await session.waitFor(question);
      session.type(`half${CTRL_C}`);
      expect([await session.exited, session.screen()]).toEqual([130, session.screen()]);
      expect(session.modes()).toEqual(session.modesBefore);
      expect(snapshot(box)).toEqual(before);
      expect(session.screen()).toContain("pprotect: interrupted; nothing was changed");
      expect(session.screen()).not.toMatch(/^\s+at /m);
    },
  );
});

describe.each(COMMAND_CASES)("`$name`", (each) => {
  test("at a terminal of one column", async () => {
    await atAnyTerminal(each, { columns: 1 });
  });

  test("at a dumb terminal tells it nothing but text", async () => {
    const session = await atAnyTerminal(each, { env: { TERM: "dumb" } });
    expect(session.raw()).not.toContain(ESCAPE);
  });

  test("with NO_COLOR has no colours", async () => {
    const session = await atAnyTerminal(each, { env: { NO_COLOR: "1" } });
    expect(session.raw()).not.toMatch(COLOUR);
  });

  test("with standard input closed works, or says in one line what it cannot ask; it never waits", async () => {
    const box = await each.prepare();
    const before = snapshot(box);
    const result = await inShell('exec "$0" "$@" <&-', each.args, box);
    expectQuiet(result);
    if (each.answers.length === 0) {
      expect([result.status, result.stderr]).toEqual([0, result.stderr]);
      return;
    }
    expect([result.status, result.stderr]).toEqual([1, result.stderr]);
    expect(result.stderr).toMatch(/pprotect: the input ended at the question ".*"; nothing was changed\n$/);
    expect(snapshot(box)).toEqual(before);
  });

  test("with standard output closed, or its reader gone, ends without a word, and leaves whole files", async () => {
    for (const [script, failure] of [
      // The runtime puts /dev/null in the place of what is closed.
      ['"$0" "$@" >&-; echo $? >status', 0],
      // The reader has gone for certain when the program starts.
      ['(read -r line <go; "$0" "$@" <input; echo $? >status) | (exec >&- <&-; echo >go)', 1],
    ] as const) {
      const box = await each.prepare();
      box.write("input", each.answers.map(([, line]) => `${line}\n`).join(""));
      await runProgram(["mkfifo", "go"], { cwd: box.folder });
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
      const expected = makesKey ? 1 : each.prints ? failure : 0;
      if (each.name !== "exec") expect([script, status]).toEqual([script, expected]);
      if (status === 0) expect(Bun.deepEquals(after, before)).toBe(!each.writes);
      else expect(after).toEqual(before);
      if (each.name.startsWith("git")) continue;
      expect((await pprotect(["check"], { cwd: box.folder })).status).toBe(0);
    }
  });
});

function expectQuiet({ stderr }: Result): void {
  for (const word of NEVER) expect(stderr).not.toContain(word);
}

function inShell(script: string, args: readonly string[], box: Sandbox, input = ""): Promise<Result> {
  return runProgram(["sh", "-c", script, binary(), ...args], { cwd: box.folder, input });
}
