import { afterAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { namedFiles } from "../../../src/exec/rotation/named-files.ts";
import { emptyFolder, removeFolders, sandbox } from "../../support/sandbox.ts";

afterAll(removeFolders);

/** The files that a command names, in a project with `my scripts/rotate`, `scripts/rotate` and `scripts/try`. */
function named(command: string): string[] {
  const { folder, path, write } = sandbox(null);
  mkdirSync(path("my scripts"));
  mkdirSync(path("scripts"));
  for (const file of ["my scripts/rotate", "scripts/rotate", "scripts/try"]) write(file, "#!/bin/sh\n");
  return namedFiles(folder, [command])
    .map((each) => relative(folder, each.path))
    .toSorted();
}

test.each([
  ["./scripts/rotate --fast", ["scripts/rotate"]],
  ["cd scripts && ./rotate; ./try", ["scripts/rotate", "scripts/try"]],
  ['sh "$PWD/scripts/rotate"', ["scripts/rotate"]],
])("a command names the files that its words name: %s", (command, files) => {
  expect(named(command)).toEqual(files);
});

// A file that is not among them could be changed after the command was accepted.
test.each([
  '"./my scripts/rotate"',
  "'./my scripts'/rotate",
  "./my\\ scripts/rotate",
  'cd "my scripts" && ./rotate',
  "sh -c '\"./my scripts/rotate\" now'",
])("a quoted path is one word: %s", (command) => {
  expect(named(command)).toContain("my scripts/rotate");
});

test.each([
  "./scr*/rotate",
  "cd scr* && ./rotat?",
  "./scripts/[r]otate",
  './scripts/ro"tate"',
  "./**/rotate",
])("a pattern and a word in parts name what the shell would run: %s", (command) => {
  expect(named(command)).toContain("scripts/rotate");
});

test("a pattern that names more files than anyone looks at is refused", () => {
  const folder = emptyFolder();
  for (const outer of Array(101).keys())
    for (const inner of Array(100).keys())
      mkdirSync(join(folder, `${outer}`, `${inner}`), { recursive: true });
  expect(() => namedFiles(folder, ["./*/*"])).toThrow("names too many files");
});
