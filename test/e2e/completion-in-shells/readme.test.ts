import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SHELL_SETUPS } from "../../support/shells.ts";

test("the lines by which completion is switched on here are those of the README", () => {
  const readme = readFileSync(resolve(import.meta.dir, "../../../README.md"), "utf8");
  for (const { completion } of SHELL_SETUPS) expect(readme).toContain(`echo '${completion}'`);
});
