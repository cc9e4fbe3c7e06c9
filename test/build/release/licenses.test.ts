import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ALLOWED_LICENSES, licenseOf, thirdPartyNotice } from "../../../src/build/release/licenses.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const MODULES = resolve(import.meta.dir, "../../../node_modules");

/** Every installed package, those that only build and test included. */
const installed = readdirSync(MODULES)
  .filter((name) => !name.startsWith("."))
  .flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(MODULES, name)).map((each) => `${name}/${each}`) : name,
  );

describe("dependencies", () => {
  test("are all there to be looked at", () => expect(installed.length).toBeGreaterThan(30));

  test.each(installed)("%s has a licence that is allowed", (name) => {
    const { license } = JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8"));
    expect([...ALLOWED_LICENSES]).toContain(license);
  });
});

/** A package's folder with these files. */
function packageWith(files: Readonly<Record<string, string>>, license: unknown = "MIT"): string {
  const folder = emptyFolder();
  const all = { "package.json": JSON.stringify({ name: "a", version: "1.0.0", license }), ...files };
  for (const [name, content] of Object.entries(all)) writeFileSync(join(folder, name), content);
  return folder;
}

describe("the licence of a package", () => {
  test("is the text of all its licence files", () => {
    const folder = packageWith({ "LICENSE.BSD": "bsd\n", "license.md": "mit\n", "licenser.js": "code" });
    expect(licenseOf(folder)).toEqual({ name: "a", version: "1.0.0", license: "MIT", text: "bsd\n\nmit" });
  });

  test("is the section of its README when it has no such file", () => {
    const folder = packageWith({
      "README.md": "# a\n\ntext\n\n## License (MIT)\n\n> **© 2019**\n\n## More\n\nx\n",
    });
    expect(licenseOf(folder).text).toBe("License (MIT)\n\n> **© 2019**");
  });

  test("must be named, and its text must be there", () => {
    expect(() => licenseOf(packageWith({ LICENSE: "x" }, null))).toThrow("a states no licence");
    expect(() => licenseOf(packageWith({ "README.md": "# a\n" }))).toThrow(
      "a does not contain the text of its licence",
    );
  });
});

test("the notice has the runtime first, then every package with its text", () => {
  const of = (name: string) => ({ name, version: "1.0.0", license: "MIT", text: `text of ${name}` });
  const notice = thirdPartyNotice([of("a"), of("@b/c")], of("Bun"));
  const order = [
    "Bun 1.0.0 (MIT)",
    "text of Bun",
    "a 1.0.0 (MIT)",
    "text of a",
    "@b/c 1.0.0 (MIT)",
    "text of @b/c",
  ];
  const places = order.map((each) => notice.indexOf(each));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places).not.toContain(-1);
});
