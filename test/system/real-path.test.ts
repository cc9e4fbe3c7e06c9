import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { realpathOfFile } from "../../src/system/real-path.ts";
import { whileReplaced } from "../support/replacing-process.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

describe("the real path of a file", () => {
  test("is found while another process replaces the file again and again", async () => {
    const file = join(emptyFolder(), "store");
    await whileReplaced(file, () => {
      for (let times = 0; times < 20_000; times++) expect(realpathOfFile(file)).toBe(file);
    });
  });

  test("has all symbolic links resolved", () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "real"));
    writeFileSync(join(folder, "real/store"), "");
    symlinkSync("real", join(folder, "linked"));
    symlinkSync("linked/store", join(folder, "store"));
    expect(realpathOfFile(join(folder, "store"))).toBe(join(folder, "real/store"));
  });

  test("of a file that is not there, or a link to nothing, is an error", () => {
    const folder = emptyFolder();
    symlinkSync("nowhere", join(folder, "link"));
    for (const name of ["missing", "link"]) {
      expect(() => realpathOfFile(join(folder, name))).toThrow("ENOENT");
    }
  });
});
