import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  linkedLicenses,
  polyfillLicenseText,
  polyfillsIn,
  runtimeLicenseText,
  runtimeStatement,
} from "../../../src/build/release/runtime-licenses.ts";
import { binary } from "../../support/binary.ts";

const TEXTS = resolve(import.meta.dir, "../../../src/build/release/licenses/bun");

describe("the licence of the runtime", () => {
  test("has a text for everything that Bun says it links, and for nothing else", () => {
    const [, table = ""] = runtimeStatement().split("## Linked libraries");
    const rows = (table.split("\n## ")[0] ?? "").split("\n").filter((line) => line.startsWith("| "));
    const linked = rows
      .slice(1)
      .map((row) => (row.split("|")[1] ?? "").replace(/.*?[`[]+([^`\]]+).*/, "$1").trim());
    expect(linked.length).toBeGreaterThan(20);
    expect([...linkedLicenses().keys()].toSorted()).toEqual(["JavaScriptCore", ...linked].toSorted());
  });

  test("has a text for every polyfill that Bun says it has, or that is in the binary", () => {
    const headings = polyfillLicenseText().match(/^## .*$/gm) ?? [];
    const covered = new Set(headings.flatMap((heading) => heading.slice(3).split(", ")));
    const [, table = ""] = runtimeStatement().split("## Polyfills");
    const stated = [...table.matchAll(/^\| \[?`([^`]+)`/gm)].map(([, name = ""]) => name);
    expect(stated.length).toBeGreaterThan(20);
    const found = polyfillsIn(readFileSync(binary()));
    expect(found.size).toBeGreaterThan(15);
    const missing = [...stated, ...found.values()].filter((name) => name !== undefined && !covered.has(name));
    expect(missing).toEqual([]);
  });

  test("uses every text, once", () => {
    const used = new Set([...linkedLicenses().values()].flat());
    expect([...used].toSorted()).toEqual(readdirSync(TEXTS).toSorted());
    const text = runtimeLicenseText();
    for (const title of ["GNU LIBRARY GENERAL PUBLIC LICENSE", "UNICODE LICENSE V3", "Apache License"]) {
      expect(text).toContain(title);
    }
    expect(text).toContain(
      "## The licence of uSockets, uWebsockets, Tigerbeetle's IO code, __cxa_thread_atexit\n",
    );
  });
});
