import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import packageJson from "../../../package.json" with { type: "json" };
import { platformPackageName } from "../../../src/build/release/npm-packages.ts";
import { PLATFORMS } from "../../../src/build/release/platforms.ts";

const ROOT = resolve(import.meta.dir, "../../..");
const text = readFileSync(join(ROOT, "docs/release.md"), "utf8");

test("docs/release.md names every platform, and no other", () => {
  const [, list = ""] = /^PLATFORM is ([^.]*)\./m.exec(text) ?? [];
  expect([...list.matchAll(/`([^`]+)`/g)].map(([, name]) => name)).toEqual(
    PLATFORMS.map((each) => each.name),
  );
});

test("docs/release.md names packages, scripts and files that there are", () => {
  const packages = [...text.matchAll(/@pprotect\/cli-[\w-]+/g)].map(([name]) => name);
  expect(packages.length).toBeGreaterThan(0);
  for (const name of packages) expect(PLATFORMS.map(platformPackageName)).toContain(name);

  const scripts = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = ""]) => name);
  expect(scripts.length).toBeGreaterThan(2);
  for (const name of scripts) expect(Object.keys(packageJson.scripts)).toContain(name);

  const paths = [...text.matchAll(/`((?:src|\.github|\.ci)\/[\w./-]+)`/g)].map(([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(2);
  for (const path of paths) expect(existsSync(join(ROOT, path))).toBe(true);
});
