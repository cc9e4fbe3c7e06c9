import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packagesInside } from "../../../src/build/release/packages-inside.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

/** A package with a module whose source map names these files. @returns the module */
function moduleFrom(...sources: readonly string[]): string {
  const root = emptyFolder();
  mkdirSync(join(root, "module"));
  writeFileSync(join(root, "package.json"), JSON.stringify({ version: "1.0.0", license: "MIT" }));
  writeFileSync(join(root, "LICENSE"), "the text\n");
  writeFileSync(join(root, "module/index.js.map"), JSON.stringify({ sources }));
  return join(root, "module/index.js");
}

const PNPM = "../../../../node_modules/.pnpm";

describe("what is inside a bundled package", () => {
  test("is what its source map names, each once, with version, licence and text", () => {
    const file = moduleFrom(
      "../src/index.ts",
      "../../rule-b/module/index.js",
      `${PNPM}/lodash.uniq@4.5.0/node_modules/lodash.uniq/index.js`,
      `${PNPM}/@textlint+regexp-string-matcher@2.0.2/node_modules/@textlint/regexp-string-matcher/lib/a.js`,
      `${PNPM}/@textlint+regexp-string-matcher@2.0.2/node_modules/@textlint/regexp-string-matcher/lib/b.js`,
    );
    expect(
      packagesInside(file, "@a/preset").map(({ name, version, text }) => [name, version, text.length > 5]),
    ).toEqual([
      ["@a/rule-b", "1.0.0", true],
      ["@textlint/regexp-string-matcher", "2.0.2", true],
      ["lodash.uniq", "4.5.0", true],
    ]);
  });

  test("is nothing without a source map", () => {
    expect(packagesInside(join(emptyFolder(), "index.js"), "a")).toEqual([]);
  });

  test("is an error when its licence or version is not known", () => {
    const newer = moduleFrom(`${PNPM}/lodash.uniq@4.6.0/node_modules/lodash.uniq/index.js`);
    expect(() => packagesInside(newer, "a")).toThrow("lodash.uniq@4.6.0 is inside a bundled package");
    const unknown = moduleFrom("../node_modules/lodash.uniq/index.js");
    expect(() => packagesInside(unknown, "a")).toThrow("whose version is unknown");
  });
});
