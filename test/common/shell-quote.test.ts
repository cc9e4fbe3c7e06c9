import { expect, test } from "bun:test";
import fc from "fast-check";
import { quoteForShell } from "../../src/common/shell-quote.ts";

test("a real shell reads back every value that was quoted for it", () => {
  const values = fc.sample(
    fc
      .array(
        fc.constantFrom("'", '"', "$", "`", "\\", "\n", " ", "!", "*", "é", "🎲", "a", "$(id)", "\t", "\r"),
      )
      .map((p) => p.join("")),
    { numRuns: 200, seed: 7 },
  );
  const script = values.map((value) => `printf '%s\\0' ${quoteForShell(value)}`).join("\n");
  const { stdout } = Bun.spawnSync(["sh", "-c", script]);
  expect(stdout.toString("utf8").split("\0").slice(0, -1)).toEqual(values);
});
