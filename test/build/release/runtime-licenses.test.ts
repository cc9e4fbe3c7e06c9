import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import {
  linkedLicenses,
  runtimeLicenseText,
  runtimeStatement,
} from "../../../src/build/release/runtime-licenses.ts";

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
