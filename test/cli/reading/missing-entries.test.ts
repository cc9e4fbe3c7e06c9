import { expect, test } from "bun:test";
import { missingEntries } from "../../../src/cli/reading/missing-entries.ts";
import { sampleStore } from "../../support/stores.ts";

/** Names of a manifest's entries that its store lacks. @param entries as in the file */
function missing(entries: readonly object[], domain?: string): readonly (string | undefined)[] {
  const bytes = new TextEncoder().encode(JSON.stringify({ domain, secrets: entries }));
  return missingEntries([{ path: ".secrets.json", bytes, store: sampleStore().data }]).map(
    ({ secret, problem }) => secret ?? problem,
  );
}

test("an entry is missing where its domain, or that of the manifest, does not have it", () => {
  expect(missing([{ name: "token" }, { name: "api-key" }], "prod")).toEqual(["api-key"]);
  expect(missing([{ name: "token" }, { name: "api-key", domain: "dev" }], "prod")).toEqual([]);
});

test("an entry without a domain is missing where no domain has it", () => {
  expect(missing([{ name: "token" }, { name: "nowhere" }])).toEqual(["nowhere"]);
});

test("an entry that does not need the store is not missing", () => {
  const elsewhere = [
    { name: "port", from: ["env", "default"], default: "80" },
    { name: "host", from: ["store", "default"], default: "localhost" },
    { name: "home", from: ["env"] },
    { name: "extra", required: false },
  ];
  expect(missing([...elsewhere, { name: "key", from: ["env", "store"] }], "prod")).toEqual(["key"]);
});

test("a manifest that cannot be read is one problem", () => {
  expect(missing([{ name: "token", colour: 1 }])).toEqual([expect.stringContaining('no key "colour"')]);
});
