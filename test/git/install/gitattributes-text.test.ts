import { describe, expect, test } from "bun:test";
import { addLines, attributeLine, removeLines } from "../../../src/git/install/gitattributes-text.ts";

describe("attributeLine", () => {
  test.each([
    ["protected.yaml", "protected.yaml merge=pprotect diff=pprotect"],
    ["deploy/ünï.yaml", "deploy/ünï.yaml merge=pprotect diff=pprotect"],
    ["my store.yaml", '"my store.yaml" merge=pprotect diff=pprotect'],
    ['a"b.yaml', '"a\\"b.yaml" merge=pprotect diff=pprotect'],
    ["a*[b]?.yaml", "a\\*\\[b]\\?.yaml merge=pprotect diff=pprotect"],
    ["#a.yaml", "\\#a.yaml merge=pprotect diff=pprotect"],
    ["!a b.yaml", '"\\\\!a b.yaml" merge=pprotect diff=pprotect'],
    ["a\tb.yaml", '"a\\011b.yaml" merge=pprotect diff=pprotect'],
  ])("%j", (path, line) => {
    expect(attributeLine(path)).toBe(line);
  });
});

describe("addLines and removeLines", () => {
  const before: readonly (string | undefined)[] = [
    ...[
      undefined,
      "",
      "\n",
      "*.png binary\n",
      "*.png binary",
      "a text\r\nb text\r\n",
      "a text\r\nb text",
      "\n\nx",
    ],
  ];

  test.each(before.map((text) => [text]))("%j is restored exactly", (text) => {
    const added = addLines(text, ["one", "two"]);
    expect(removeLines(added ?? "", ["two", "one"])).toBe(text);
    expect(removeLines(added ?? "", ["one", "two"])).toBe(text);
  });

  test("a line is added once, with the line end of the file", () => {
    expect(addLines("a\r\n", ["one"])).toBe("a\r\none\r\n");
    expect(addLines("a\r\none\r\n", ["one"])).toBe("a\r\none\r\n");
    expect(addLines(undefined, ["one", "two"])).toBe("one\ntwo\n");
  });

  test("a line that was changed later is kept, and so is the file", () => {
    expect(removeLines("one more\n", ["one"])).toBe("one more\n");
    expect(removeLines("one\n\n", ["one"])).toBe("\n");
  });
});
