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

test("what an added file contains shows whether it is a store, and git is asked only for others", async () => {
  const store = "key-custodians:\n  x: y\naudit-log:\n  - z\n";
  const read: string[] = [];
  const files = new StoreFiles(
    {
      read: async (id) => {
        read.push(id);
        return undefined;
      },
      close: async () => undefined,
    },
    { read: async (paths) => paths.map(() => "unspecified"), close: async () => undefined },
  );
  const contents: Readonly<Record<string, string>> = {
    "a.yaml": store,
    "b.yaml": "audit-log: key-custodians\n",
  };
  const { stores } = await files.classify(
    ["a.yaml", "b.yaml", "c.yaml", "d.txt"].map(changed),
    ({ path }) => {
      const text = contents[path];
      return text === undefined ? undefined : Buffer.from(text);
    },
  );
  expect([...stores]).toEqual(["a.yaml"]);
  expect(read).toEqual(["2".repeat(40), "1".repeat(40)]);
});
