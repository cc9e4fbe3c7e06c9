import { expect, test } from "bun:test";
import { gitReason } from "../../../src/git/process/git-reason.ts";

test.each([
  ["fatal: bad object HEAD~1\n", "fatal: bad object HEAD~1"],
  [
    "warning: lazy fetching disabled\nfatal: could not fetch abc\nfatal: more\n",
    "fatal: could not fetch abc",
  ],
  ["hint: use --force\nerror: no\n", "error: no"],
  ["warning: nothing else\n", "warning: nothing else"],
  ["", ""],
])("the reason in %j is %j", (text, reason) => {
  expect(gitReason(text)).toBe(reason);
});
