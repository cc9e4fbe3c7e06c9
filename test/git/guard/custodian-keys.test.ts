import { expect, test } from "bun:test";
import { mayHaveRawKey } from "../../../src/git/guard/custodian-keys.ts";

const KEY = `P${"0123456789abcdef".repeat(4)}P`;

test("a raw key is seen wherever it is in a text, and nothing like one is", () => {
  const places = Array.from({ length: 200 }, (_, place) => place);
  const seen = (text: string, before: string) =>
    places.filter((place) => mayHaveRawKey(Buffer.from(before.repeat(place) + text)));
  for (const before of [" ", "a", "P", "\n"]) expect(seen(KEY, before)).toEqual(places);
  for (const text of [
    KEY.slice(1),
    KEY.slice(0, -1),
    KEY.replace("0", ""),
    KEY.replace("0", "g"),
    `${KEY}`.toLowerCase(),
  ])
    expect(seen(text, " ")).toEqual([]);
});
