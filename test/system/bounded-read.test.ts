import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { isContentOf, readBounded, readBoundedText } from "../../src/system/bounded-read.ts";
import { whileReplaced } from "../support/replacing-process.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

test("a file is read while another process replaces it again and again", async () => {
  const file = join(emptyFolder(), "store");
  await whileReplaced(file, () => {
    for (let times = 0; times < 2_000; times++) {
      expect(Buffer.from(readBounded(file, file, 3) ?? "").toString()).toBe("new");
      expect(readBoundedText(file, file, 3)).toBe("new");
      expect(isContentOf(file, file, "new")).toBe(true);
    }
  });
});
