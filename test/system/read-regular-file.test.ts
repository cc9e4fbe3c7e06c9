import { afterAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readRegularFile, readRegularFileInPieces } from "../../src/system/read-regular-file.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

test.each([0, 1, 1 << 20, (1 << 20) + 1, 3_000_000])("a file of %d bytes is the same in pieces", (size) => {
  const path = join(emptyFolder(), "file");
  writeFileSync(path, Buffer.alloc(size, "a text that is repeated "));
  const pieces: Uint8Array[] = [];
  readRegularFileInPieces(path, (piece) => void pieces.push(piece.slice()));
  expect(Buffer.concat(pieces).equals(readRegularFile(path))).toBe(true);
});

test("what is not a file is refused, in pieces too", () => {
  expect(() => readRegularFileInPieces("/dev/zero", () => undefined)).toThrow("not a regular file");
});
