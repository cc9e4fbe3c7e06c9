import { expect, test } from "bun:test";
import { readAhead } from "../../../../src/git/guard/message/read-ahead.ts";
import type { ObjectReader } from "../../../../src/git/process/cat-file.ts";

/** A reader of objects that have as many bytes as their ids say; `none` does not exist, and `broken` cannot be read. */
function reader(asked: [string, number][]): ObjectReader {
  const readObject = async (id: string, limit = Number.POSITIVE_INFINITY) => {
    asked.push([id, limit]);
    if (id === "broken") throw new Error("broken");
    return id === "none" ? undefined : { type: "commit", bytes: new Uint8Array(Math.min(Number(id), limit)) };
  };
  return { readObject, read: async () => undefined, close: async () => undefined };
}

test("objects come in order, those that do not exist too, and long ones up to the limit", async () => {
  const asked: [string, number][] = [];
  const ids = [...Array.from({ length: 100 }, (_, index) => String(index)), "none", "70000", "300000"];
  const next = readAhead(reader(asked), ids, 200_000);
  const lengths: (number | undefined)[] = [];
  for (const _ of ids) lengths.push((await next())?.bytes.length);
  expect(lengths).toEqual([...Array(100).keys(), undefined, 70_000, 200_000]);
  expect(await next()).toBeUndefined();
  expect(asked.filter(([, limit]) => limit === 200_000).map(([id]) => id)).toEqual(["70000", "300000"]);
});

test("one that cannot be read fails when it is its turn", async () => {
  const next = readAhead(reader([]), ["1", "broken", "2"], 10);
  expect((await next())?.bytes).toHaveLength(1);
  expect(next()).rejects.toThrow("broken");
  expect((await next())?.bytes).toHaveLength(2);
});
