import { afterAll, expect, test } from "bun:test";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { commandNames } from "../src/cli/argv/registry.ts";
import { binary } from "./support/binary.ts";
import { consoleSteps } from "./support/console-steps.ts";
import { runProgram } from "./support/run.ts";
import { emptyFolder, removeFolders } from "./support/sandbox.ts";

afterAll(removeFolders);

const README = readFileSync(resolve(import.meta.dir, "../README.md"), "utf8");

test("every command in the README does and prints what the README says", async () => {
  const folder = emptyFolder();
  const bin = emptyFolder();
  symlinkSync(resolve(binary()), join(bin, "pprotect"));
  const home = emptyFolder();
  const env = {
    HOME: home,
    PATH: `${bin}:${process.env.PATH}`,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Alice",
    GIT_AUTHOR_EMAIL: "alice@example.com",
    GIT_COMMITTER_NAME: "Alice",
    GIT_COMMITTER_EMAIL: "alice@example.com",
  };
  const shell = (command: string) => runProgram(["sh", "-c", `exec 2>&1; ${command}`], { cwd: folder, env });
  writeFileSync(join(home, "alice.pass"), "viscous oblong tapioca nimbly\n", { mode: 0o600 });
  writeFileSync(join(folder, ".gitignore"), "");
  await shell("git init -q -b main && git add -A && git commit -q -m start");
  for (const { command, output } of consoleSteps(README)) {
    // The store as a reader has it by then.
    if (command.startsWith("git checkout -q -b")) await shell("git add -A && git commit -q -m store");
    const { status, stdout } = await shell(command);
    expect({ command, status }).toEqual({ command, status: 0 });
    if (!output.includes("…"))
      expect({ command, output: stdout.trimEnd().split("\n").filter(Boolean) }).toEqual({
        command,
        output: [...output],
      });
    else for (const line of output.filter((each) => each !== "…")) expect(stdout).toContain(line);
  }
});

test("every pprotect command that the README names exists", () => {
  const names = new Set(commandNames());
  const named = [...README.matchAll(/[`$|] ?pprotect ((?:(?:git|agent|keyring) )?[a-z]+(?:-[a-z]+)*)/g)].map(
    ([, name = ""]) => name,
  );
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((name) => !names.has(name)).sort()).toEqual([]);
});

test("the two commands at its head are scripts of the package", () => {
  const [, head = ""] = /```sh\n([\s\S]*?)```/.exec(README) ?? [];
  expect(head).toContain("npm run demo");
  expect(head).toContain("npm test");
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(["demo", "test"]));
});
