import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMAND_CASES } from "./support/command-table.ts";
import { COUNTS } from "./support/counts.ts";

const DOCUMENT = readFileSync(join(import.meta.dir, "../docs/reliability.md"), "utf8");

/** The first two cells of each row: what was done, and how often. */
function rows(): [what: string, times: number][] {
  return [...DOCUMENT.matchAll(/^\| ([^|]+?) \| (\d+) \|/gm)].map(([, what = "", times]) => [
    what,
    Number(times),
  ]);
}

test("docs/reliability.md says how often the tests do what they do", () => {
  // Three of the writing commands need git, and one a store that is not there yet.
  const inPlace = COMMAND_CASES.filter(
    ({ name, writes }) => writes && !/^(?:git |agent |init|restore-secret)/.test(name),
  ).length;
  expect(rows().map(([, times]) => times)).toEqual([
    COUNTS.writersAtOnce,
    COUNTS.kills,
    2 * COUNTS.writingCommands,
    inPlace,
    inPlace,
    COUNTS.questions,
    2 * COUNTS.commands,
    3 * COUNTS.commands,
    COUNTS.hostileNames,
    COUNTS.parserMutants,
    COUNTS.mergeMutants,
    COUNTS.histories,
    COUNTS.resolutions,
    COUNTS.guardStoreMutants,
    COUNTS.guardTextMutants,
    COUNTS.guardDiffMutants,
    COUNTS.hostileLines,
    COUNTS.redactorMutants,
    COUNTS.guardRepositoryMutants,
  ]);
});
