import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../src/system/atomic-write.ts";
import { MAX_FILE_BYTES } from "../../src/system/bounded-read.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

test("what no command could read again is not written, and the file stays as it was", () => {
  const directory = emptyFolder();
  const file = join(directory, "protected.yaml");
  writeFileSync(file, "before");
  const piece = "x".repeat(1 << 20);
  const tooMuch = (write: (piece: string) => void): void => {
    for (let written = 0; written < MAX_FILE_BYTES; written += piece.length) write(piece);
    write("x");
  };
  expect(() => writeAtomically(file, tooMuch, undefined)).toThrow(
    expect.objectContaining({
      code: "file_error",
      message: `cannot write ${file}: it would be larger than 64 MiB; nothing was changed`,
    }),
  );
  expect(readdirSync(directory)).toEqual(["protected.yaml"]);
  expect(readFileSync(file, "utf8")).toBe("before");
});

test("pieces of any length are written as their text", () => {
  const file = join(emptyFolder(), "protected.yaml");
  const lengths = [0, 1, 3, 21_844, 21_845, 21_846, 30_000, 65_536, 70_000];
  const pieces = lengths.flatMap((length) => ["x", "é", "漢", "🎲"].map((letter) => letter.repeat(length)));
  writeAtomically(
    file,
    (write) => {
      for (const piece of pieces) write(piece);
    },
    undefined,
  );
  expect(readFileSync(file, "utf8") === pieces.join("")).toBe(true);
});
