import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ERROR_MEANINGS, EXIT_STATUSES } from "../../../src/cli/report/error-catalog.ts";
import { exitStatus } from "../../../src/cli/report/error-report.ts";
import { ERROR_CODES, PprotectError } from "../../../src/common/errors.ts";
import { ENDED_STATUS } from "../../../src/exec/supervise/supervise.ts";
import { PROBLEM_CODES } from "../../../src/store/format/problem.ts";
import { binary } from "../../support/binary.ts";
import { consoleSteps } from "../../support/console-steps.ts";
import { isAnswer } from "../../support/output-schema.ts";
import { runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";

afterAll(removeFolders);

const DOCS = resolve(import.meta.dir, "../../../docs");
const TEXT = readFileSync(join(DOCS, "json.md"), "utf8");

/** The rows of the table under a heading, without its head. */
function rows(heading: string): string[][] {
  const [, section = ""] = TEXT.split(`\n## ${heading}\n`);
  const lines = (section.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) => line.slice(2, -2).split(" | "));
}

describe("docs/json.md", () => {
  test("has every error code, with the meaning that the program itself gives", () => {
    expect(rows("Error codes")).toEqual(
      ERROR_CODES.map((code) => [`\`${code}\``, ERROR_MEANINGS[code].meaning, ERROR_MEANINGS[code].action]),
    );
  });

  test("has every problem code, in the order of the source", () => {
    expect(rows("Problem codes").map(([code]) => code)).toEqual(PROBLEM_CODES.map((code) => `\`${code}\``));
  });

  test("has every exit status that an error may have", () => {
    expect(rows("Exit statuses")).toEqual(
      EXIT_STATUSES.map(({ status, meaning }) => [String(status), meaning]),
    );
    const statuses = ERROR_CODES.map((code) => exitStatus(new PprotectError(code, "")));
    expect([...new Set([0, ENDED_STATUS, ...statuses])].toSorted((a, b) => a - b)).toEqual(
      EXIT_STATUSES.map(({ status }) => status),
    );
  });

  test("every command in it prints what it says", async () => {
    const box = sandbox();
    writeFileSync(box.path("alice.pass"), `${ALICE.passphrase}\n`, { mode: 0o600 });
    const bin = emptyFolder();
    symlinkSync(resolve(binary()), join(bin, "pprotect"));
    const env = { PATH: `${bin}:${process.env.PATH}` };
    const steps = consoleSteps(TEXT);
    expect(steps.length).toBeGreaterThan(5);
    for (const { command, output } of steps) {
      const script = `exec 2>&1; ${command}`;
      const { status, stdout } = await runProgram(["sh", "-c", script], { cwd: box.folder, env });
      const lines = stdout.replace(/\n$/, "").split("\n");
      expect({ command, status, lines }).toEqual({ command, status: 0, lines: [...output] });
    }
  });

  test("its answers are by the schema", () => {
    const answers = consoleSteps(TEXT)
      .filter(({ command }) => !command.includes("| sed"))
      .flatMap(({ output }) => output.filter((line) => line.startsWith("{")));
    expect(answers.length).toBeGreaterThan(4);
    expect(answers.filter((line) => !isAnswer(JSON.parse(line)))).toEqual([]);
  });

  test("its links lead somewhere", () => {
    const links = [...TEXT.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = ""]) => target);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((target) => !existsSync(join(DOCS, target)))).toEqual([]);
  });
});
