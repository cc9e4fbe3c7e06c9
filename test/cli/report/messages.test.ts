import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Glob } from "bun";
import { GROUPS } from "../../../src/cli/argv/command-declaration.ts";
import { commandList } from "../../../src/cli/argv/command-list.ts";
import { ERROR_MEANINGS, EXIT_STATUSES } from "../../../src/cli/report/error-catalog.ts";
import { exitStatus, explain } from "../../../src/cli/report/error-report.ts";
import { allCommands, helpPage, overview } from "../../../src/cli/report/help/pages.ts";
import { OTHER_TOOLS } from "../../../src/cli/report/unknown-command.ts";
import { type ErrorCode, PprotectError } from "../../../src/common/errors.ts";
import { suggest } from "../../../src/common/suggest.ts";
import { displayName, escapeUnprintable, escapeUnprintableLines } from "../../../src/common/terminal-safe.ts";

const SRC = resolve(import.meta.dir, "../../../src");

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

describe("the name that a misspelt one means", () => {
  const names = ["dev", "prod", "staging", "alice@example.com"];

  test.each([
    ["devv", "dev"],
    ["DEV", "dev"],
    ["stagign", "staging"],
    ["alcie@example.com", "alice@example.com"],
    ["something-else", undefined],
    ["", undefined],
    ["x".repeat(10_000), undefined],
    ["alic", "alice@example.com"],
    ["alice", "alice@example.com"],
    ["ALICE@example.com", "alice@example.com"],
    ["alice@exmple.com", "alice@example.com"],
    ["dave@example.com", undefined],
    ["bob@example.com", undefined],
    ["al@example.com", undefined],
    ["alice@other.org", undefined],
    ["@example.com", undefined],
  ])("%j is %j", (name, near) => {
    expect(suggest(name, names)).toBe(near as string);
  });

  test("is the nearest of several", () => {
    expect(suggest("jonathan@x.io", ["jonatha@x.io", "jonathn@y.io", "nathan@x.io"])).toBe("jonatha@x.io");
  });

  test("is none where there are no names", () => {
    expect(suggest("dev", [])).toBeUndefined();
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

  test("is one line, and one more with what to do", () => {
    expect(explain(new PprotectError("usage", "wrong\nhere", "do\nthis"))).toBe(
      "pprotect: wrong\\u{a}here\nhint: do\\u{a}this\n",
    );
    expect(explain(new PprotectError("usage", "wrong"))).toBe("pprotect: wrong\n");
  });

  test("that is a defect shows no stack trace, and nothing that its message holds", () => {
    expect(explain(new TypeError("hunter2"))).toBe(
      "pprotect: internal error: TypeError\nhint: please report it\n",
    );
    expect(exitStatus("thrown")).toBe(1);
  });
});

/** Words that docs and messages avoid, with what is said instead. */
const AVOIDED =
  /\b(?:anew|mends?|mended|folders?|whoever|somebody|someone else's|stands?|is told|tells|at hand|in words|forbids asking|may not be asked|is none|is no text)\b/i;

describe("what people read", async () => {
  const { commands, globalOptions } = await commandList();
  const list = { commands, globalOptions };
  const pages = [
    overview(list, 80),
    allCommands(list, 80),
    ...["options", "environment", ...Object.keys(GROUPS), ...commands.map(({ name }) => name)].map((topic) =>
      helpPage(topic.split(" "), list, 80),
    ),
  ];
  const summaries = commands.map(({ name, summary }) => [name, summary] as const);
  const meanings = Object.entries(ERROR_MEANINGS).map(
    ([code, { meaning, action }]) => [code, meaning, action] as const,
  );

  test("has none of the words that we avoid", () => {
    const texts = [
      ...pages,
      ...meanings.flat(),
      ...EXIT_STATUSES.map(({ meaning }) => meaning),
      ...Object.values(OTHER_TOOLS),
    ];
    expect(texts.flatMap((text) => AVOIDED.exec(text)?.[0] ?? [])).toEqual([]);
  });

  test("of help is at most 80 columns wide, with no space at the end of a line", () => {
    const lines = pages.flatMap((page) => page.split("\n"));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => / $/.test(line))).toEqual([]);
    for (const page of pages) expect(page).toMatch(/[^\n]\n$/);
  });

  test.each(summaries)("the summary of %s is a few words in the imperative", (_, summary) => {
    expect(summary).toMatch(/^[a-z][^A-Z.]*(?:[A-Z{][^.]*)?$/);
    expect(summary).not.toMatch(/\.$|^(?:says?|makes?|takes?) /);
    expect(summary.length).toBeLessThan(66);
  });

  test.each(commands.filter(({ details }) => details !== undefined))(
    "the details of $name are whole sentences",
    ({ details }) => {
      expect(details).toMatch(/^[A-Z`].*\.$/s);
    },
  );

  test("of an option or argument is a phrase: lower case, no full stop", () => {
    const descriptions = commands.flatMap(({ options, arguments: args }) =>
      [...options, ...args].map(({ description }) => description),
    );
    expect(descriptions.filter((text) => !/^[a-z-`].*[^.]$/.test(text))).toEqual([]);
  });

  test("has a metavar for each value, and shows that an option is repeatable", () => {
    for (const { name, options } of commands) {
      const page = helpPage(name.split(" "), list, 80).replaceAll(/\s+/g, " ");
      for (const { names, value, type, repeatable, description, global } of options) {
        if (value === "required")
          expect([name, page]).toEqual([name, expect.stringContaining(`${names.at(-1)} ${type?.metavar}`)]);
        if (repeatable && !global)
          expect(page).toContain(`${description.replaceAll(/\s+/g, " ")}; repeatable`);
      }
    }
  });

  test.each(meanings)(
    "the meaning and action of %s are phrases without a full stop",
    (_, meaning, action) => {
      for (const text of [meaning, action]) expect(text).toMatch(/^(?:[a-z`]|Ctrl).*[^.]$/);
    },
  );

  test("of what other tools call a command is for no word that is a command here", () => {
    expect(commands.filter(({ name }) => Object.hasOwn(OTHER_TOOLS, name)).map(({ name }) => name)).toEqual(
      [],
    );
  });

  test("of what other tools call a command names commands that exist", () => {
    const named = Object.values(OTHER_TOOLS).flatMap((hint) =>
      [...hint.matchAll(/`pprotect ((?:git )?[a-z-]+)/g)].map(([, name = ""]) => name),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !commands.some((command) => command.name === name))).toEqual([]);
  });

  test("of every error in the sources begins in lower case and ends without a full stop", () => {
    const sources = [...new Glob("**/*.ts").scanSync(SRC)].map((path) =>
      readFileSync(join(SRC, path), "utf8"),
    );
    const thrown = sources.flatMap((text) =>
      [...text.matchAll(/new PprotectError\(\s*"[a-z_]+",\s*(["`])((?:(?!\1).)*)\1/g)].map(
        ([, , message = ""]) => message,
      ),
    );
    expect(thrown.length).toBeGreaterThan(40);
    expect(thrown.filter((message) => /^[A-Z][a-z](?!rl-)|\.$/.test(message))).toEqual([]);
    expect(thrown.flatMap((message) => AVOIDED.exec(message)?.[0] ?? [])).toEqual([]);
  });
});
