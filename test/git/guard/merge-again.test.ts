import { expect, test } from "bun:test";
import { mergeAgain } from "../../../src/git/guard/merge-again.ts";

test.each([
  ["protected.yaml", "git checkout -m -- protected.yaml", "pprotect git resolve --merge COMMIT"],
  [
    "a b/team.yaml",
    "git checkout -m -- 'a b/team.yaml'",
    "git resolve --file 'a b/team.yaml' --merge COMMIT",
  ],
])("how to merge %s again is in whole commands, which name it", (path, before, after) => {
  expect(mergeAgain(path)).toContain(before);
  expect(mergeAgain(path)).toContain(after);
});
