import { expect, test } from "bun:test";
import type { FileChange } from "../../../src/git/guard/diff-parser.ts";
import { StoreFiles } from "../../../src/git/guard/store-files.ts";

function changed(path: string): FileChange {
  const [oldId, newId] = ["1", "2"].map((digit) => digit.repeat(40)) as [string, string];
  return { path, oldPath: path, oldMode: "100644", newMode: "100644", oldId, newId, status: "M" };
}

test("attributes are read once for each path, those of expected files with the first that is asked for", async () => {
  const asked: (readonly string[])[] = [];
  const files = new StoreFiles(
    { read: async () => undefined, close: async () => undefined },
    {
      read: async (paths) => {
        asked.push(paths);
        return paths.map((path) => (path.endsWith(".store") ? "pprotect" : "unspecified"));
      },
      close: async () => undefined,
    },
  );
  files.expect([changed("a"), changed("b.store")]);
  const first = await files.classify([changed("c.store"), changed("a")]);
  expect([...first.stores]).toEqual(["c.store"]);
  expect(first.attribute.get("a")).toBe("unspecified");
  const second = await files.classify([changed("b.store"), changed("protected.yaml"), changed("b.yaml")]);
  expect([...second.stores]).toEqual(["b.store", "protected.yaml"]);
  files.expect([changed("a"), changed("b.store")]);
  expect([...(await files.classify([changed("b.store")])).stores]).toEqual(["b.store"]);
  expect(asked).toEqual([
    ["a", "b.store", "c.store"],
    ["protected.yaml", "b.yaml"],
  ]);
});
