import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { packDirectory } from "../../../src/build/release/archive.ts";
import { checksumFile, sha256, sha256OfFile } from "../../../src/build/release/checksums.ts";
import { installer } from "../../../src/build/release/installer.ts";
import { runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

/** A folder `program` with an executable in it, made in another order and of another time and umask. */
function folderOf(names: readonly string[], seconds: number, mode: number): string {
  const folder = join(emptyFolder(), "program");
  mkdirSync(folder);
  for (const name of names) {
    writeFileSync(join(folder, name), `content of ${name}`);
    chmodSync(join(folder, name), name === "run" ? mode | 0o111 : mode);
    utimesSync(join(folder, name), seconds, seconds);
  }
  return folder;
}

describe("an archive", () => {
  test("is the same for the same content, whenever and by whomever it was made", async () => {
    const one = await packDirectory(folderOf(["run", "LICENSE"], 1_000, 0o644), 1_700_000_000);
    const other = await packDirectory(folderOf(["LICENSE", "run"], 2_000, 0o664), 1_700_000_000);
    expect(sha256(one)).toBe(sha256(other));
  });

  test("keeps what is executable, and dates everything by the source", async () => {
    const folder = emptyFolder();
    writeFileSync(
      join(folder, "a.tgz"),
      await packDirectory(folderOf(["run", "LICENSE"], 1_000, 0o644), 1_700_000_000),
    );
    const { stdout } = await runProgram(["tar", "--utc", "-tvzf", "a.tgz"], { cwd: folder });
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.replaceAll(/ +/g, " ")),
    ).toEqual([
      "drwxr-xr-x 0/0 0 2023-11-14 22:13 program/",
      "-rw-r--r-- 0/0 18 2023-11-14 22:13 program/LICENSE",
      "-rwxr-xr-x 0/0 14 2023-11-14 22:13 program/run",
    ]);
  });
});

test("checksums are what sha256sum --check reads", async () => {
  const folder = emptyFolder();
  const names = ["b b", "a"];
  // One of them is read in more than one piece.
  for (const name of names) writeFileSync(join(folder, name), name.repeat(1_000_000));
  const sums = new Map(names.map((name) => [name, sha256OfFile(join(folder, name))]));
  writeFileSync(join(folder, "SHA256SUMS"), checksumFile(sums));
  const result = await runProgram(["sha256sum", "--check", "--strict", "SHA256SUMS"], { cwd: folder });
  expect(result).toMatchObject({ status: 0, stdout: "a: OK\nb b: OK\n" });
});

describe("the installer of a release", () => {
  const script = readFileSync(resolve(import.meta.dir, "../../../install.sh"), "utf8");

  test("fetches that release", () => {
    expect(installer(script, "https://forge.example/owner/name", "1.2.3")).toContain(
      "\nRELEASE_URL='https://forge.example/owner/name/releases/download/v1.2.3'\n",
    );
  });

  test("knows of none where the repository is not known", () => {
    expect(installer(script, undefined, "1.2.3")).toBe(script);
  });

  test("takes nothing for a repository that could end the shell's string", () => {
    expect(() => installer(script, "https://forge.example/';rm -rf /'", "1.2.3")).toThrow(
      "not a repository's URL",
    );
  });

  test("is not made of a script without the line for it", () => {
    expect(() => installer("#!/bin/sh\n", "https://forge.example/a", "1.2.3")).toThrow(
      "install.sh has no line",
    );
  });
});
