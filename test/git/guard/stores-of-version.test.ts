import { expect, test } from "bun:test";
import type { FileChange } from "../../../src/git/guard/diff-parser.ts";
import { StoresOfVersion } from "../../../src/git/guard/stores-of-version.ts";
import type { BlobReader } from "../../../src/git/process/cat-file.ts";
import { NOW, sampleStore } from "../../support/stores.ts";

function changed(path: string, oldPath = path): FileChange {
  const [oldId, newId] = ["1", "2"].map((digit) => digit.repeat(40)) as [string, string];
  return { path, oldPath, oldMode: "100644", newMode: "100644", oldId, newId, status: "M" };
}

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

test("of a version that follows the last one, only what it changes is looked up again", async () => {
  const asked: string[] = [];
  const stores = new StoresOfVersion({
    ...blobs,
    read: async (name) => {
      asked.push(name);
      return undefined;
    },
  });
  const version = async (prefix: string, parents: readonly string[], changes: readonly FileChange[]) => {
    asked.length = 0;
    stores.advance({ prefix: `${prefix}:`, parents }, changes);
    for (const path of ["a", "b", "c"]) await stores.read(`${prefix}:`, path);
    return asked.join(" ");
  };
  expect(await version("1", [], [])).toBe("1:a 1:b 1:c");
  expect(await version("2", ["1"], [changed("x"), changed("b")])).toBe("2:b");
  expect(await version("3", ["2"], [changed("x", "a"), changed("c", "y")])).toBe("3:a 3:c");
  // The second parent of a merge does not count, nor does a version before the last one.
  expect(await version("4", ["2", "3"], [])).toBe("4:a 4:b 4:c");
  expect(await version("5", ["3"], [])).toBe("5:a 5:b 5:c");
  expect(await version("6", ["5"], [])).toBe("");
});
