import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { crateLicenseText, cratesIn } from "../../../src/build/release/addon-crates.ts";
import { ALLOWED_LICENSES } from "../../../src/build/release/licenses.ts";
import { utf8 } from "../../support/bytes.ts";

const ADDONS = resolve(import.meta.dir, "../../../node_modules/@node-rs");

/** The addons that are installed, for this system. */
const addons = readdirSync(ADDONS).flatMap((name) =>
  readdirSync(join(ADDONS, name))
    .filter((file) => file.endsWith(".node"))
    .map((file) => join(ADDONS, name, file)),
);

describe("the crates in the Argon2 addon", () => {
  test("are known, with a licence that is allowed and its text", () => {
    expect(addons.length).toBeGreaterThan(0);
    const headings = crateLicenseText().match(/^## .*$/gm) ?? [];
    const covered = headings.flatMap((heading) => heading.slice(3).split(", "));
    for (const addon of addons) {
      const crates = cratesIn(readFileSync(addon));
      expect(crates.map(({ name }) => name)).toContain("argon2-rust");
      for (const { name, version, license } of crates) {
        expect(covered).toContain(name);
        expect(version).toMatch(/^\d+\.\d+\.\d+$/);
        expect([...ALLOWED_LICENSES]).toContain(license);
      }
    }
  });

  test("one whose licence was not looked at is an error, also with the paths of Windows", () => {
    const path = "C:\\cargo\\registry\\src\\index.crates.io-1\\fresh-crate-1.2.3\\src\\lib.rs";
    expect(() => cratesIn(utf8(path))).toThrow("the crate fresh-crate 1.2.3 is in the Argon2 addon");
    expect(cratesIn(utf8("/rust/deps/gimli-0.32.3/src/read.rs"))).toEqual([
      { name: "gimli", version: "0.32.3", license: "MIT OR Apache-2.0" },
    ]);
  });
});
