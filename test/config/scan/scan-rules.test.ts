import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readConfig } from "../../../src/config/config.ts";
import { compileScanRules } from "../../../src/config/scan/compile.ts";
import { compileGlob } from "../../../src/config/scan/glob.ts";
import { utf8 } from "../../support/bytes.ts";
import { processorTime } from "../../support/processor-time.ts";

const compile = async (...patterns: readonly string[]) => {
  const rules = patterns.map((pattern, at) => ({ id: `a-${at}`, pattern, message: "m" }));
  return compileScanRules(readConfig(utf8(JSON.stringify({ scan: { rules } })), "c.yaml").scan);
};

describe("patterns", () => {
  test("that cannot be used are errors with their line", async () => {
    for (const pattern of ["(", "(a)\\1", "a(?=b)", "a*", "x{1000}{1000}"]) {
      const refused = await compile(pattern).catch((error: Error) => error.message);
      expect(refused).toMatch(/^c\.yaml:1: "pattern" of "a-0" cannot be used: /);
    }
    const large = Array.from({ length: 10 }, () => "(?:abc){200}");
    expect(await compile(...large).catch((error: Error) => error.message)).toBe(
      "c.yaml:1: the patterns are too large",
    );
  });

  test("match in lines as they do alone, wherever a line is in a text", async () => {
    const patterns = [
      "^ab",
      "b$",
      "\\bab\\b",
      "a\\nb",
      "[^x]b",
      "(?i)AB",
      "\\Aa",
      "b\\z",
      "a.b",
      "(?-m)^b",
      "\\sb",
    ];
    const rules = await compile(...patterns);
    const line = fc.stringMatching(/^[abx \r]{0,6}$/);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        for (const rule of rules) {
          const some = lines.some((each) => rule.matches(each).length > 0);
          if (some) expect(rule.mayMatch(lines.join("\n"))).toBe(true);
        }
      }),
    );
    expect(rules[0]?.mayMatch("xab\nx")).toBe(false);
    expect(rules[2]?.matches("ab \u{1F600}ab")).toEqual([
      { start: 0, end: 2 },
      { start: 5, end: 7 },
    ]);
  });
});

describe("paths", () => {
  const MATCHES: readonly [pattern: string, path: string, matches: boolean][] = [
    ["*.tf", "main.tf", true],
    ["*.tf", "a/b/main.tf", true],
    ["*.tf", "a.tf/b", false],
    ["src/*.ts", "src/a.ts", true],
    ["src/*.ts", "src/b/a.ts", false],
    ["src/**/*.ts", "src/a.ts", true],
    ["src/**/*.ts", "src/b/c/a.ts", true],
    ["src/**/*.ts", "other/src/a.ts", false],
    ["src/", "src/a/b.ts", true],
    ["src/", "a/src/b.ts", false],
    ["**/src/", "a/src/b.ts", true],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["**", "a/b", true],
    ["a/**", "a/b/c", true],
    ["a.b", "axb", false],
  ];

  test.each(MATCHES)("%p and %p", (pattern, path, matches) => {
    expect(compileGlob(pattern)(path)).toBe(matches);
  });

  test("of a stranger take no longer for being hostile", () => {
    const started = processorTime();
    expect(compileGlob(`${"*a".repeat(95)}*b`)("a".repeat(4000))).toBe(false);
    expect(compileGlob(`${"**/a/".repeat(39)}b`)("a/".repeat(2000))).toBe(false);
    expect(processorTime() - started).toBeLessThan(2000);
  });
});
