import { expect, test } from "bun:test";
import { StoresOfVersion } from "../../../src/git/guard/stores-of-version.ts";
import type { BlobReader } from "../../../src/git/process/cat-file.ts";
import { NOW, sampleStore } from "../../support/stores.ts";

const first = sampleStore();
const second = first.addSecret("dev", "new", "v", NOW);

/** Every second version has the first store, the others have the second one. */
const blobs: BlobReader = {
  read: async (name) => Buffer.from(String(name.startsWith("odd") ? second : first)),
  close: async () => undefined,
};

test("each version has the store of its own content, which neighbouring versions share", async () => {
  const stores = new StoresOfVersion(blobs);
  const even = await stores.read("even-1:", "protected.yaml");
  expect(even).toEqual(first.data);
  expect(await stores.read("odd-1:", "protected.yaml")).toEqual(second.data);
  expect(await stores.read("even-2:", "protected.yaml")).toBe(even);
});

test("only the last stores are kept", async () => {
  const stores = new StoresOfVersion(blobs);
  const before = await stores.read("even:", "protected.yaml");
  for (let at = 0; at < 100; at++) await stores.read("odd:", `${at}/protected.yaml`);
  const again = await stores.read("even:", "protected.yaml");
  expect(again).toEqual(first.data);
  expect(again).not.toBe(before);
});
