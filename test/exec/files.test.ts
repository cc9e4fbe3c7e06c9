import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname } from "node:path";
import { readFileRequests } from "../../src/exec/files/secret-files.ts";
import { writeTemporaryFiles } from "../../src/exec/files/temporary-files.ts";
import { runAsChild } from "../../src/exec/run-program.ts";

describe("--as-file", () => {
  const choices = [{ variable: "KEY", domain: "dev", name: "key" }];
  const read = (...given: string[]) => readFileRequests(choices, given);

  test("takes a secret's name, and optionally a file's", () => {
    expect(read("key", "key=a=b.json")).toEqual([
      { secret: "key", file: undefined },
      { secret: "key", file: "a=b.json" },
    ]);
  });

  test.each(["", ".", "..", "a/b", "/etc/passwd", "../x", "a\0b", "é".repeat(128)])(
    "refuses the file name %j",
    (name) => {
      expect(() => read(`key=${name}`)).toThrow("not a file name");
    },
  );

  test("refuses a secret that is not selected", () => {
    expect(() => read("kye=x")).toThrow("--as-file kye: no such secret is selected");
  });
});

describe("without files in memory", () => {
  test("files of mode 0600 are in a directory of mode 0700, until they are removed", () => {
    const files = ["one\0", "", "ü"].map((content) => ({ name: "key.pem", content }));
    const { paths, remove } = writeTemporaryFiles(files);
    expect(paths.map((path) => readFileSync(path, "utf8"))).toEqual(["one\0", "", "ü"]);
    expect(paths.map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    expect(paths.map((path) => basename(path))).toEqual(["key.pem", "key.pem", "key.pem"]);
    const folder = dirname(dirname(paths[0] ?? ""));
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
        start: { variables: [], descriptors: [], ignoredSignals: new Set(), openFiles: undefined },
      });
    expect(await run("sh", "-c", "exit 7")).toBe(7);
    expect(await run("sh", "-c", "kill -9 $$")).toBe(137);
    expect(run("no-such-program")).rejects.toThrow("command not found");
  });
});
