import { afterAll, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BunPlugin } from "bun";
import { clipanionWithoutTerminal } from "../../src/build/clipanion-platform.ts";
import { embeddedModule } from "../../src/build/embedded-module.ts";
import { silentDebug } from "../../src/build/silent-debug.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

/** Bundles a program that prints what `some/text.ts` exports. */
async function bundle(plugin: BunPlugin): Promise<string> {
  const directory = emptyFolder();
  mkdirSync(join(directory, "some"));
  writeFileSync(join(directory, "some/text.ts"), 'export const text = "original";');
  writeFileSync(join(directory, "main.ts"), 'import { text } from "./some/text.ts";\nconsole.log(text);');
  const { outputs } = await Bun.build({ entrypoints: [join(directory, "main.ts")], plugins: [plugin] });
  return (await outputs[0]?.text()) ?? "";
}

test("a module is replaced by one that is made at build time", async () => {
  const bundled = await bundle(embeddedModule("some/text.ts", () => 'export const text = "embedded";'));
  expect(bundled).toContain("embedded");
  expect(bundled).not.toContain("original");
});

test.each([
  ["a module that was renamed", embeddedModule("other/text.ts", () => ""), "other/text.ts"],
  ["a path that only ends like it", embeddedModule("me/text.ts", () => ""), "me/text.ts"],
  ["clipanion's platform module", clipanionWithoutTerminal(), "clipanion"],
  ["the library debug", silentDebug(), "debug"],
])("the build fails when a plug-in does not find %s", async (_, plugin, name) => {
  await expect(bundle(plugin)).rejects.toThrow(name);
});
