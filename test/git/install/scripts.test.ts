import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { committedLines } from "../../../src/git/install/committed-hook.ts";
import { DRIVER_CONFIG } from "../../../src/git/install/driver-config.ts";
import { HOOK_MANAGERS } from "../../../src/git/install/hook-managers.ts";
import { HOOK_SCRIPT, isOurHook, runsGuard } from "../../../src/git/install/hook-script.ts";

const HOOKS = resolve(import.meta.dir, "../../../hooks");
const driver = DRIVER_CONFIG.get("merge.pprotect.driver") ?? "";

describe("scripts", () => {
  test("the merge driver is one line with git's placeholders and no other percent sign", () => {
    expect(driver).toStartWith("set -- %O %A %B %L %P; pprotect=pprotect; if ");
    expect(driver).not.toContain("\n");
    expect(driver.match(/%[^ ;]*/g)).toEqual(["%O", "%A", "%B", "%L", "%P"]);
  });

  test("the hook is ours, runs the guard and is plain ASCII", () => {
    expect(isOurHook(HOOK_SCRIPT)).toBe(true);
    expect(runsGuard(HOOK_SCRIPT)).toBe(true);
    expect(HOOK_SCRIPT).toMatch(/^[\n\x20-\x7e]+$/);
  });

  test("all of them find pprotect by the same lines", () => {
    const statements = (text: string) =>
      text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const find = statements(readFileSync(join(HOOKS, "find-pprotect"), "utf8"));
    const mergeHook = readFileSync(join(HOOKS, "pre-merge-commit"), "utf8");
    for (const text of [HOOK_SCRIPT, mergeHook, committedLines(false), committedLines(true)]) {
      expect(statements(text).join("\n")).toContain(find.join("\n"));
    }
  });

  test("the text conversion is one line without percent signs", () => {
    expect(DRIVER_CONFIG.get("diff.pprotect.textconv")).toMatch(/^textconv\(\) \{ [^\n%]*; \}; textconv$/);
  });

  test("the lines for each hook manager are recognised once they are added", () => {
    for (const { lines } of HOOK_MANAGERS) expect(runsGuard(lines)).toBe(true);
  });

  test.each([
    ["# pprotect git pre-commit\n", false],
    ["echo hello\n", false],
    ["npm test && pprotect git pre-commit\n", true],
    ["  - id: pprotect\n", true],
    ["  - id: pprotector\n", false],
  ])("%j", (text, runs) => {
    expect(runsGuard(text)).toBe(runs);
  });
});
