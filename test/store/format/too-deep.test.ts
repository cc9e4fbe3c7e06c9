import { expect, test } from "bun:test";
import { KeyFile } from "../../../src/store/key-file.ts";
import { sampleStore } from "../../support/stores.ts";

const parse = (text: string): KeyFile => KeyFile.parse(Buffer.from(text), "deep.yaml");

test.each([
  ["lists", `dev: ${"[".repeat(20_000)}\n`],
  ["mappings", `dev: ${"{a: ".repeat(20_000)}\n`],
  ["lists of one line", `dev:\n ${"- ".repeat(30_000)}\n`],
  ["keys", `dev:\n ${"? ".repeat(30_000)}\n`],
  ["blocks", Array.from({ length: 3000 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
])("%s that are nested without end are refused in our own words", (_, text) => {
  expect(() => parse(text)).toThrow(
    /^deep\.yaml:\d+: (?:nested too deeply for a store|domain "a": missing meta)/,
  );
});

test("brackets in names and in the log nest nothing", () => {
  const name = `dev ${"[".repeat(300)}`;
  const entry = `x ${"[{".repeat(500)}`;
  const text = sampleStore()
    .toString()
    .replace(/^dev:/m, `'${name}':`)
    .replace("audit-log:\n", `audit-log:\n- ${entry}\n- '${entry}'\n`);
  const { domains, auditLog } = parse(`# not canonical\n${text}`).data;
  expect([...domains.keys()].toSorted()).toEqual([name, "prod"]);
  expect(auditLog.slice(0, 2)).toEqual([entry, entry]);
});
