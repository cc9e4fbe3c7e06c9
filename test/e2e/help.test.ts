import { afterAll, describe, expect, test } from "bun:test";
import { GROUPS } from "../../src/cli/argv/command-declaration.ts";
import { commandNames } from "../../src/cli/argv/registry.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { atTerminal } from "../support/terminal.ts";

afterAll(removeFolders);

const { folder: cwd } = sandbox(null);
const GROUP_NAMES = Object.keys(GROUPS);

/** Help goes to standard output, and standard error stays empty. */
async function help(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { status, stdout, stderr } = await pprotect(args, { cwd, env });
  expect([args, status, stderr]).toEqual([args, 0, ""]);
  return stdout;
}

/** The names of the commands that a page lists. */
function listed(page: string): string[] {
  return commandNames().filter((name) => new RegExp(`^ {2}${name}(?: {2}|$)`, "m").test(page));
}

function longestLine(page: string): number {
  return Math.max(...page.split("\n").map((line) => line.length));
}

describe("the overview", () => {
  test("shows about twenty everyday commands, on one line each", async () => {
    const page = await help(["help"]);
    const names = listed(page);
    expect(names.length).toBeGreaterThan(14);
    expect(names.length).toBeLessThan(26);
    expect(names).toEqual(expect.arrayContaining(["init", "add-secret", "exec", "git install"]));
    expect(page).toContain("pprotect help --all");
    expect(longestLine(page)).toBeLessThanOrEqual(80);
    expect(page.split("\nMore help:")[0]).not.toMatch(/^ {10,}/m);
  });

  test("is what --help, -h and help print", async () => {
    const page = await help(["help"]);
    for (const args of [["--help"], ["-h"], ["help"]]) expect(await help(args)).toBe(page);
  });

  test("goes to standard error with exit status 1 when nothing is asked for", async () => {
    const { status, stdout, stderr } = await pprotect([], { cwd });
    expect([status, stdout, stderr]).toEqual([1, "", await help(["help"])]);
  });

  test("with --all shows every command under the heading of its group", async () => {
    const page = await help(["help", "--all"]);
    expect(listed(page)).toEqual(commandNames());
    const places = Object.values(GROUPS).map((title) => page.indexOf(`\n${title}:\n`));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
});

describe("a group", () => {
  test("has a page for each, and together they have every command once", async () => {
    const pages = await Promise.all(GROUP_NAMES.map((group) => help(["help", group])));
    expect(pages.flatMap(listed).toSorted()).toEqual(commandNames().toSorted());
  });

  test("is never named as a command is", () => {
    expect(GROUP_NAMES.filter((group) => commandNames().includes(group))).toEqual([]);
  });

  test("git alone shows the git commands, with the exit status of a bare pprotect", async () => {
    const page = await help(["help", "git"]);
    expect(listed(page)).toContain("git install");
    expect(listed(page)).not.toContain("init");
    expect(await help(["git", "--help"])).toBe(page);
    const { status, stdout, stderr } = await pprotect(["git"], { cwd });
    expect([status, stdout, stderr]).toEqual([1, "", page]);
  });
});

describe("a command's help", () => {
  test.each(commandNames())("of %s says what it does and how it is called", async (name) => {
    const page = await help([...name.split(" "), "--help"]);
    expect(await help(["help", ...name.split(" ")])).toBe(page);
    expect(page).toMatch(/^[A-Z]/);
    expect(page).toContain(`\nUsage: pprotect ${name}`);
    expect(page).not.toMatch(/undefined|#0|\$0|VALUE/);
    expect(longestLine(page)).toBeLessThanOrEqual(80);
  });

  test("has its own options first, with metavars, and the global ones last and short", async () => {
    const page = await help(["add-secret", "--help"]);
    expect(page).toContain("--from-file, --value-file FILE\n");
    expect(page).toContain("--generate[=LENGTH] ");
    expect(page.indexOf("\nOptions:\n")).toBeLessThan(page.indexOf("\nGlobal options"));
    const [, globals = ""] = page.split("\nGlobal options");
    expect(globals).toContain("--file FILE");
    expect(globals.trim().split("\n").length).toBeLessThan(6);
  });

  test("is wrapped at COLUMNS, and at 80 columns where nothing says how wide it is", async () => {
    for (const width of [50, 80, 120]) {
      const page = await help(["help", "--all"], { COLUMNS: String(width) });
      expect(longestLine(page)).toBeLessThanOrEqual(width);
    }
    for (const COLUMNS of ["", "0", "-5", "wide", "1e9"]) {
      expect(await help(["exec", "--help"], { COLUMNS })).toBe(await help(["exec", "--help"]));
    }
  });

  test("is wrapped at the width of the terminal", async () => {
    const session = atTerminal(["help", "--all"], { cwd, columns: 60 });
    expect(await session.exited).toBe(0);
    const lines = session.screen().split(/\r?\n/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.length).toBeGreaterThan((await help(["help", "--all"])).split("\n").length);
  });

  test("of a word that is neither a command nor a group names the nearest", async () => {
    for (const args of [
      ["help", "add-secert"],
      ["add-secert", "--help"],
    ]) {
      const { status, stdout, stderr } = await pprotect(args, { cwd });
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain('"add-secert"');
      expect(stderr).toContain("add-secret");
    }
  });
});

test.each([["-V"], ["--version"], ["version"]])("%s prints the version", async (word) => {
  expect(await help([word])).toMatch(/^pprotect version \d+\.\d+\.\d+/);
  expect(JSON.parse(await help([word, "--json"]))).toMatchObject({ ok: true, command: "version" });
});
