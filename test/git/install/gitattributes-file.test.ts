import { afterAll, expect, test } from "bun:test";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readAttributes } from "../../../src/git/install/gitattributes-file.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const MIB = 1024 * 1024;

/** A directory with a `.gitattributes` of this size, which takes no room on the disk. */
function withAttributes(bytes: number): string {
  const folder = emptyFolder();
  const path = join(folder, ".gitattributes");
  writeFileSync(path, "* text\n");
  truncateSync(path, bytes);
  return folder;
}

test("a .gitattributes of more than 100 MiB is refused, since git ignores it", () => {
  const folder = withAttributes(100 * MIB + 1);
  expect(() => readAttributes(folder)).toThrow(".gitattributes is larger than 100 MiB, so git ignores it");
  expect(() => readAttributes(folder)).toThrow(expect.objectContaining({ code: "file_error" }));
});

test("a smaller .gitattributes is read, and a missing one is undefined", () => {
  expect(readAttributes(withAttributes("* text\n".length))).toBe("* text\n");
  expect(readAttributes(emptyFolder())).toBeUndefined();
});
