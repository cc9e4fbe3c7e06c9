import { describe, expect, test } from "bun:test";
import { exitStatus, explain } from "../../../src/cli/report/error-report.ts";
import { type ErrorCode, PprotectError } from "../../../src/common/errors.ts";
import { nearest } from "../../../src/common/suggest.ts";
import { displayName, escapeUnprintable, escapeUnprintableLines } from "../../../src/common/terminal-safe.ts";

describe("text from a file is made safe to print", () => {
  test.each([
    ["plain é 漢字 🎲", "plain é 漢字 🎲"],
    ["a\x1b[31mb", "a\\u{1b}[31mb"],
    ["a\nb\tc\r", "a\\u{a}b\\u{9}c\\u{d}"],
    ["\u202ea\u200b\ufeff", "\\u{202e}a\\u{200b}\\u{feff}"],
    ["\x9b31m\x7f\u2028", "\\u{9b}31m\\u{7f}\\u{2028}"],
    ["\ud800", "\\u{d800}"],
  ])("%j", (text, safe) => {
    expect(escapeUnprintable(text)).toBe(safe);
  });

  test("with its lines and tabs, where it has several", () => {
    expect(escapeUnprintableLines("a\tb\n\x1bc\n")).toBe("a\tb\n\\u{1b}c\n");
  });

  test("and short, where it is a name", () => {
    expect(displayName("x".repeat(5000))).toBe(`${"x".repeat(100)}…`);
  });
});

describe("the nearest name", () => {
  const names = ["dev", "prod", "staging", "alice@example.com"];

  test.each([
    ["devv", "dev"],
    ["DEV", "dev"],
    ["stagign", "staging"],
    ["alcie@example.com", "alice@example.com"],
    ["something-else", undefined],
    ["", undefined],
    ["x".repeat(10_000), undefined],
  ])("to %j is %j", (name, near) => {
    expect(nearest(name, names)).toBe(near as string);
  });

  test("is none where there are no names", () => {
    expect(nearest("dev", [])).toBeUndefined();
  });
});

describe("an error", () => {
  const statuses: readonly (readonly [ErrorCode, number])[] = [
    ["store_missing", 2],
    ["store_exists", 2],
    ["interrupted", 130],
    ["command_not_found", 127],
    ["command_not_executable", 126],
    ["end_of_input", 1],
    ["wrong_credentials", 1],
    ["invalid_store", 1],
  ];

  test.each(statuses)("%s is exit status %d", (code, status) => {
    expect(exitStatus(new PprotectError(code, "m"))).toBe(status);
  });

  test("is one line with what to do next", () => {
    expect(explain(new PprotectError("usage", "wrong\nhere", "do this"))).toBe(
      "pprotect: wrong\\u{a}here (do this)\n",
    );
  });

  test("that nobody foresaw shows no stack trace and nothing of what it holds", () => {
    expect(explain(new TypeError("hunter2"))).toBe(
      "pprotect: internal error: TypeError (please report it)\n",
    );
    expect(exitStatus("thrown")).toBe(1);
  });
});
