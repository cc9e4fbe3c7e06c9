import { afterAll, expect, test } from "bun:test";
import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { openRepository } from "../../../src/git/process/repository.ts";
import { revParse } from "../../../src/git/process/rev-parse.ts";
import { GIT_IDENTITY } from "../../support/git-identity.ts";
import { runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const QUESTIONS = [["--show-toplevel"], ["--git-path", "hooks"], ["--absolute-git-dir"]];

test.each([
  ["plain", 1],
  ["with\nline end", 1 + QUESTIONS.length],
])("several paths are one question to git, but for those with line ends: %p", async (name, questions) => {
  const folder = join(realpathSync(emptyFolder()), name);
  mkdirSync(folder);
  await runProgram(["git", "init", "-q", "."], { cwd: folder, env: GIT_IDENTITY });
  const { run } = await openRepository(folder);
  let asked = 0;
  const counted: typeof run = (...args) => {
    asked++;
    return run(...args);
  };
  expect(await revParse({ run: counted }, QUESTIONS)).toEqual([folder, ".git/hooks", join(folder, ".git")]);
  expect(asked).toBe(questions);
});
