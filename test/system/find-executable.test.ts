import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync } from "node:fs";
import { findExecutable } from "../../src/system/find-executable.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";

afterAll(removeFolders);

describe("a program is looked for as execvp(3) does", () => {
  const { write, path, folder } = sandbox(null);
  chmodSync(write("tool", "#!/bin/sh\n"), 0o755);
  chmodSync(write("plain", "text"), 0o644);
  mkdirSync(path("sub"));

  test("along PATH, the first that can run", () => {
    expect(findExecutable("tool", `${path("sub")}:${folder}:/usr/bin`)).toBe(path("tool"));
    expect(findExecutable("sh", `${folder}:/usr/bin:/bin`)).toMatch(/^\/(usr\/)?bin\/sh$/);
  });

  test("past a directory that cannot be read", () => {
    const closed = `/${"x".repeat(5000)}`;
    expect(findExecutable("tool", `${closed}:${folder}`)).toBe(path("tool"));
    expect(() => findExecutable("none", closed)).toThrow("command not found");
    expect(() => findExecutable(`${closed}/tool`, folder)).toThrow("cannot run");
  });

  test("by its path, when there is a slash in it", () => {
    expect(findExecutable(path("tool"), undefined)).toBe(path("tool"));
  });

  test.each([
    ["none", "command_not_found"],
    ["", "command_not_found"],
    ["/no/such/program", "command_not_found"],
    ["plain", "command_not_executable"],
    ["sub", "command_not_executable"],
  ])("%j ends with %s", (command, code) => {
    expect(() => findExecutable(command, folder)).toThrow(expect.objectContaining({ code }));
  });
});
