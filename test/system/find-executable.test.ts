import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { findExecutable as findBytes } from "../../src/system/find-executable.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";

afterAll(removeFolders);

/** With paths in Latin-1, which has all bytes. */
function findExecutable(command: string, path: string | undefined): string {
  const bytes = (text: string) => Buffer.from(text, "latin1");
  return Buffer.from(findBytes(bytes(command), path === undefined ? undefined : bytes(path))).toString(
    "latin1",
  );
}

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

  test("in any encoding", () => {
    mkdirSync(Buffer.from(path("d\xe9"), "latin1"));
    writeFileSync(Buffer.from(path("d\xe9/t\xe9"), "latin1"), "#!/bin/sh\n", { mode: 0o755 });
    expect(findExecutable("t\xe9", path("d\xe9"))).toBe(path("d\xe9/t\xe9"));
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
