import { describe, expect, test } from "bun:test";
import type { PprotectError } from "../../../src/common/errors.ts";
import { readConfig } from "../../../src/config/config.ts";
import { valueChecker } from "../../../src/config/values/check.ts";
import { utf8 } from "../../support/bytes.ts";
import { processorTime } from "../../support/processor-time.ts";

const checkerOf = async (rule: unknown) =>
  valueChecker(readConfig(utf8(`values:\n  a: ${JSON.stringify(rule)}\n`), "c.yaml").values);

/** What is wrong with the value of `a`. */
async function problemOf(rule: unknown, value: string): Promise<string | undefined> {
  return (await checkerOf(rule))("a", value)?.message;
}

describe("a value", () => {
  test.each<[type: string, good: readonly string[], bad: readonly string[], message: string]>([
    ["integer", ["0", "-12", "123456789012345678901"], ["", "1.5", "1\n", "0x1", " 1"], "is not an integer"],
    ["number", ["1", "-1.5", ".5", "1e9"], ["", "NaN", "Infinity", "1,5"], "is not a number"],
    ["boolean", ["true", "false"], ["True", "1", ""], "is not true or false"],
    [
      "url",
      ["https://a.example/?b=c", "postgres://u:p@h:5/d"],
      ["a.example", "https://a b", "", "javascript:x"],
      "is not a URL",
    ],
    ["email", ["a@b"], ["a", "a@b@c", "a @b"], "is not an e-mail address"],
    ["uuid", ["123e4567-e89b-12d3-a456-426614174000"], ["123e4567e89b12d3a456426614174000"], "is not a UUID"],
    ["hex", ["00ff", "AB"], ["0", "0x00", ""], "is not hexadecimal digits"],
    ["base64", ["aGk="], ["a", "a b", ""], "is not base64"],
    ["json", ['{"a": 1}', "1"], ["{", ""], "is not JSON"],
    ["pem", ["-----BEGIN A-----\nx\n-----END A-----\n"], ["-----BEGIN A-----", "x"], "is not a PEM file"],
  ])("of type %s", async (type, good, bad, message) => {
    const check = await checkerOf({ type });
    expect(good.map((value) => check("a", value))).toEqual(good.map(() => undefined));
    for (const value of bad) {
      expect(check("a", value)?.message).toStartWith(message);
      expect(check("a", value)?.line).toBe(2);
    }
    expect(check("b", bad[0] ?? "")).toBeUndefined();
  });

  test("has a least length in characters", async () => {
    expect(await problemOf({ min_length: 3 }, "ab")).toBe("is shorter than 3 characters");
    expect(await problemOf({ min_length: 3 }, "🎲🎲")).toBe("is shorter than 3 characters");
    expect(await problemOf({ min_length: 3 }, "äöü")).toBeUndefined();
  });

  test("matches a pattern as a whole", async () => {
    const pattern = "sk_(live|test)_[A-Za-z0-9]{4}";
    expect(await problemOf({ pattern }, "sk_live_ab12")).toBeUndefined();
    for (const value of ["sk_live_ab123", "xsk_live_ab12", "sk_live_ab12\n"])
      expect(await problemOf({ pattern }, value)).toBe(`does not match the pattern ${pattern}`);
  });

  test("is never in the message", async () => {
    const rule = { type: "integer", pattern: "x", min_length: 99 };
    expect(await problemOf(rule, "SECRET-VALUE")).not.toContain("SECRET");
  });
});

describe("a pattern of a stranger", () => {
  test.each([
    "(a)\\1",
    "(?=a)",
    "(",
    "a{2000}",
    "(a{1000}){1000}",
    "[z-a]",
    `${"(".repeat(249)}a${")*".repeat(125)}`,
  ])("that cannot be used is an error with its line: %s", async (pattern) => {
    const { code, message } = await problemOf({ pattern }, "a").then(
      () => ({ code: "", message: "" }),
      (error: PprotectError) => error,
    );
    expect([code, message]).toEqual([
      "invalid_config",
      expect.stringContaining('c.yaml:2: "pattern" of "a"'),
    ]);
  });

  test.each(["(a+)+$", "(a|aa)*b", "(a*)*b", "(.*)*x", "([a-z]+)*=", "(.?){600}x", "(a?){600}"])(
    "takes no more than seconds, on a value of any length: %s",
    async (pattern) => {
      const start = processorTime();
      for (const length of [30, 5_000, 1_000_000]) await problemOf({ pattern }, "a".repeat(length));
      expect(processorTime() - start).toBeLessThan(10_000);
    },
    30_000,
  );
});
