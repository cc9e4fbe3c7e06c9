import { afterAll, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contentOnDisk } from "../../../src/git/guard/work-tree-file.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

/** Git's ids of `one` with a line end, and of an empty content. */
const ONE = "5626abf0f72e58d7a153368ba57db4c673c0e171";
const EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

test("a content is read where the work tree has it, and nothing else is", () => {
  const directory = emptyFolder();
  const read = (path: string, newId: string) => {
    const bytes = contentOnDisk(directory, { path, newId });
    return bytes && Buffer.from(bytes).toString();
  };
  writeFileSync(join(directory, "one"), "one\n");
  writeFileSync(join(directory, "changed"), "two\n");
  writeFileSync(join(directory, "empty"), "");
  symlinkSync("one", join(directory, "link"));
  mkdirSync(join(directory, "directory"));
  Bun.spawnSync(["mkfifo", join(directory, "pipe")]);
  expect(read("one", ONE)).toBe("one\n");
  expect(read("empty", EMPTY)).toBe("");
  for (const other of ["changed", "link", "directory", "pipe", "missing", "empty"])
    expect(read(other, ONE)).toBeUndefined();
});

test("of a content that is too large nothing is read, and the longest is read whole", () => {
  const directory = emptyFolder();
  const longest = Buffer.alloc(5 * 1024 * 1024, "x");
  const idOf = (bytes: Uint8Array) =>
    new Bun.CryptoHasher("sha256").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  const tooLarge = Buffer.concat([longest, Buffer.from("x")]);
  writeFileSync(join(directory, "longest"), longest);
  writeFileSync(join(directory, "larger"), tooLarge);
  expect(contentOnDisk(directory, { path: "longest", newId: idOf(longest) })?.length).toBe(longest.length);
  expect(contentOnDisk(directory, { path: "larger", newId: idOf(tooLarge) })).toBeUndefined();
});
