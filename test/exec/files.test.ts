import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { writeTemporaryFiles } from "../../src/exec/files/temporary-directory.ts";
import { runAsChild } from "../../src/exec/run-program.ts";

describe("without files in memory", () => {
  test("files of mode 0600 are in a directory of mode 0700, until they are removed", () => {
    const { paths, remove } = writeTemporaryFiles(["one\0", "", "ü"]);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(["one\0", "", "ü"]);
    expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    const folder = dirname(paths[0] ?? "");
    expect([statSync(folder).mode & 0o777, readdirSync(folder).length]).toEqual([0o700, 3]);
    remove();
    expect(existsSync(folder)).toBe(false);
    remove();
  });

  test("the program runs beside us, and we learn how it ended", async () => {
    const run = (...command: [string, ...string[]]) =>
      runAsChild({
        command,
        variables: [Buffer.from(`PATH=${process.env.PATH}`)],
        secrets: [],
        start: { variables: [], words: [], descriptors: [], ignoredSignals: new Set(), openFiles: undefined },
      });
    expect(await run("sh", "-c", "exit 7")).toBe(7);
    expect(await run("sh", "-c", "kill -9 $$")).toBe(137);
    expect(run("no-such-program")).rejects.toThrow("command not found");
  });
});
