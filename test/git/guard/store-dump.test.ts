import { expect, test } from "bun:test";
import { mayBeDump } from "../../../src/git/guard/store-dump.ts";

const comments = "# a comment\n";

test.each([
  ["settings", "config.env", "API_KEY=value\nDB_PASSWORD=value\n", true],
  ["settings among as many other lines", "config.env", "API_KEY=value\nother\n", true],
  ["other lines", "config.env", "some\nwords\n", false],
  ["a word of two letters, as a message of a commit", "config.env", "ok\n", false],
  ["nothing but comments", "config.env", comments, false],
  ["comments that are longer than what is looked at", "config.env", comments.repeat(200), true],
  ["settings in code", "src/config.ts", "API_KEY=value\n", false],
])("a file with %s", (_, path, text, expected) => {
  expect(mayBeDump(path, Buffer.from(text))).toBe(expected);
});
