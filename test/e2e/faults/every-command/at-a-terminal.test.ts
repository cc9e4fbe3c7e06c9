import { afterAll, describe, expect, test } from "bun:test";
import { COMMAND_CASES, type CommandCase, snapshot } from "../../../support/command-table.ts";
import { removeFolders } from "../../../support/sandbox.ts";
import {
  answerAll,
  atTerminal,
  CTRL_D,
  type TerminalOptions,
  type TerminalSession,
} from "../../../support/terminal.ts";

afterAll(removeFolders);

/** Cursor movements, colours, and all else that a terminal that is dumb would print as it is. */
const ESCAPE = "\x1b";
/** SGR, "select graphic rendition": colours and the like. */
const COLOUR = /\x1b\[[\d;]*m/;

/** Runs a case with every answer at a terminal. */
async function atAnyTerminal(
  { args, answers, copies, prepare, refused, refusesTerminal, writes }: CommandCase,
  options: Omit<TerminalOptions, "cwd">,
): Promise<TerminalSession> {
  const box = await prepare();
  const before = snapshot(box);
  const session = atTerminal(args, { cwd: box.folder, ...options });
  await answerAll(session, answers);
  if (copies !== undefined) await typeUntilCopied(session, copies);
  expect([await session.exited, session.screen()]).toEqual([
    refused || refusesTerminal ? 1 : 0,
    session.screen(),
  ]);
  expect(session.modes()).toEqual(session.modesBefore);
  expect(Bun.deepEquals(snapshot(box), before)).toBe(!writes);
  return session;
}

/** ms after which a line that has not come back is typed again. */
const RETYPE_MS = 200;

/** Types a line until it comes back, and then the end of the input: what is typed before a program reads may be lost. */
async function typeUntilCopied(session: TerminalSession, line: string): Promise<void> {
  const shown = (): number => session.screen().split(line).length - 1;
  for (let typed = 1; typed < 300; typed++) {
    session.type(`${line}\r`);
    // Each line that is typed shows once by itself.
    const deadline = Date.now() + RETYPE_MS;
    while (shown() <= typed && Date.now() < deadline) await Bun.sleep(5);
    if (shown() > typed) break;
  }
  session.type(CTRL_D);
}

describe.each(COMMAND_CASES)("`$name`", (each) => {
  test("at a terminal of one column, with NO_COLOR, has no colours", async () => {
    const session = await atAnyTerminal(each, { columns: 1, env: { NO_COLOR: "1" } });
    expect(session.raw()).not.toMatch(COLOUR);
  });

  test("at a dumb terminal sends it nothing but text", async () => {
    const session = await atAnyTerminal(each, { env: { TERM: "dumb" } });
    expect(session.raw()).not.toContain(ESCAPE);
  });
});
