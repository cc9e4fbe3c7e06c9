import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { committedLines } from "../../../src/git/install/committed-hook.ts";
import { DRIVER_CONFIG } from "../../../src/git/install/driver-config.ts";
import { FURTHER_HOOKS, PRE_COMMIT, SERVER_GUARDS } from "../../../src/git/install/guard-hooks.ts";
import { HOOK_MANAGERS } from "../../../src/git/install/hook-managers.ts";
import { isOurHook, runsGuard } from "../../../src/git/install/hook-script.ts";

const HOOKS = resolve(import.meta.dir, "../../../hooks");
const GUARDS = [PRE_COMMIT, ...FURTHER_HOOKS, ...SERVER_GUARDS];
const LOCAL = [PRE_COMMIT, ...FURTHER_HOOKS];
const driver = DRIVER_CONFIG.get("merge.pprotect.driver") ?? "";

describe("scripts", () => {
  test("the merge driver is one line with git's placeholders and no other percent sign", () => {
    expect(driver).toStartWith("set -- %O %A %B %L %P; pprotect=pprotect; if ");
    expect(driver).not.toContain("\n");
    expect(driver.match(/%[^ ;]*/g)).toEqual(["%O", "%A", "%B", "%L", "%P"]);
  });

  test.each(GUARDS.map((hook) => [hook.name, hook] as const))(
    "the hook %s is ours, runs the guard and is plain ASCII",
    (_, hook) => {
      expect(isOurHook(hook.script)).toBe(true);
      expect(runsGuard(hook.script.replaceAll('"$pprotect"', "pprotect"), hook)).toBe(true);
      expect(hook.script).toMatch(/^[\n\x20-\x7e]+$/);
    },
  );

  test("all of them find pprotect, and the shell of an earlier hook, by the same lines", () => {
    const statements = (text: string) =>
      text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const find = statements(readFileSync(join(HOOKS, "find-pprotect"), "utf8")).join("\n");
    const mergeHook = readFileSync(join(HOOKS, "pre-merge-commit"), "utf8");
    const committed = LOCAL.flatMap((hook) => [committedLines(false, hook), committedLines(true, hook)]);
    for (const text of [...GUARDS.map(({ script }) => script), mergeHook, ...committed]) {
      expect(statements(text).join("\n")).toContain(find);
    }
    const shellOf = /^shell_of\(\) \{\n[\s\S]*?\n\}\n/m;
    expect(new Set(GUARDS.map(({ script }) => shellOf.exec(script)?.[0])).size).toBe(1);
  });

  test("the text conversion is one line without percent signs", () => {
    expect(DRIVER_CONFIG.get("diff.pprotect.textconv")).toMatch(/^textconv\(\) \{ [^\n%]*; \}; textconv$/);
  });

  test("the lines for each hook manager are recognised once they are added", () => {
    for (const { lines } of HOOK_MANAGERS) {
      for (const hook of LOCAL) {
        const others = LOCAL.filter((each) => each !== hook)
          .map(lines)
          .join("");
        expect([runsGuard(lines(hook), hook), runsGuard(others, hook)]).toEqual([true, false]);
      }
    }
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
