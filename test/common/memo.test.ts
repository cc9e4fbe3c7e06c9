import { expect, test } from "bun:test";
import { memo } from "../../src/common/memo.ts";

test("a text is answered once, until there are more than are kept", () => {
  const asked: string[] = [];
  const length = memo((text) => {
    asked.push(text);
    return text.length;
  }, 2);
  expect(["a", "bb", "a", "ccc", "ccc", "a"].map(length)).toEqual([1, 2, 1, 3, 3, 1]);
  expect(asked).toEqual(["a", "bb", "ccc", "a"]);
});
