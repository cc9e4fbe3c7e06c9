import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import ignore from "ignore";
import { parseIgnoreRules } from "../../src/scan/ignore-rules.ts";
import { processorTime } from "../support/processor-time.ts";

const RULES = new Set(["rule"]);

/** Whether lines ignore a path, each of them for one rule: none is refused because it matches every file. */
function ignores(lines: readonly string[], path: string): boolean {
  const text = lines.map((line) => `${line} rule=rule`).join("\n");
  return parseIgnoreRules(text, RULES).ignored(path, "rule");
}

describe("patterns", () => {
  const sign = fc.constantFrom(
    ..."aAbB.-!#",
    "*",
    "**",
    "?",
    "/",
    "/**/",
    "[ab]",
    "[!a]",
    "[^b]",
    "[a-c]",
    "[]a]",
    "[a",
    "[[:upper:]]",
    "\\",
    "\\*",
    "\\[",
  );
  const pattern = fc.array(sign, { minLength: 1, maxLength: 6 }).map((signs) => signs.join(""));
  const name = fc.string({ unit: fc.constantFrom(..."aAbBc.-*[!#\\"), minLength: 1, maxLength: 3 });
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));

  test("match as they do for the package that reads the ignore files of other tools", () => {
    const differs = (patterns: readonly string[], at: string): boolean => {
      if (
        !ignore.isPathValid(at) ||
        patterns.some((each) => /^#|\*{3}|\*\*\\|\\\/|\/\/|\[[^\]]*\//.test(each))
      )
        return false;
      return (
        ignores(patterns, at) !==
        ignore()
          .add([...patterns])
          .ignores(at)
      );
    };
    fc.assert(
      fc.property(
        fc.array(pattern, { minLength: 1, maxLength: 3 }),
        path,
        (patterns, at) => !differs(patterns, at),
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ["/a", "a/b", true],
    ["a/", "a", false],
    ["a/", "x/a/b", true],
    ["a/**", "a/b/c", true],
    ["a/**/c", "a/c", true],
    ["/**/c", "x/y/c", true],
    ["docs/*.md", "docs/x/y.md", false],
    ["\\!a", "!a", true],
    ["a\\ ", "a ", true],
    ["[[:digit:]]x", "7x", true],
    ["[[:none:]]x", "nx", false],
    ["[z-a]", "b", false],
    ["été", "ÉTÉ", true],
    ["?", "😀", true],
    ["a//b", "a/b", false],
    ["/", "a", false],
  ])("%s and %s: %p", (line, at, expected) => {
    expect(parseIgnoreRules(line, RULES).ignored(at, "rule")).toBe(expected);
  });

  test("of a stranger take no more time than the lengths ask for", () => {
    const long = `${"a".repeat(4_000)}/${"a/".repeat(500)}${"a".repeat(4_000)}`;
    const hostile = [
      "*a".repeat(60),
      `${"**/".repeat(300)}b`,
      `${"**/*a*/".repeat(100)}x`,
      `${"[a-z]*".repeat(60)}!`,
    ];
    const start = processorTime();
    for (const line of hostile) expect(ignores([`${line}-`], long)).toBe(false);
    expect(processorTime() - start).toBeLessThan(5_000);
  });
});
