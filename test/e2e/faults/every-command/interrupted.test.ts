import { afterAll, describe, expect, test } from "bun:test";
import { COMMAND_CASES, REDACT_AT_PROMPTS, snapshot } from "../../../support/command-table.ts";
import { COUNTS } from "../../../support/counts.ts";
import { removeFolders } from "../../../support/sandbox.ts";
import { answerAll, atTerminal, CTRL_C } from "../../../support/terminal.ts";

afterAll(removeFolders);

const questions = [...COMMAND_CASES, REDACT_AT_PROMPTS].flatMap((each) =>
  each.answers.map(([question], index) => ({ ...each, question, index })),
);

test("the questions are as many as the document says", () => {
  expect(questions).toHaveLength(COUNTS.questions);
});

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
