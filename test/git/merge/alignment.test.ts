import { expect, test } from "bun:test";
import fc from "fast-check";
import { alignLists } from "../../../src/git/merge/alignment.ts";

const lists = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 12 });

test("an alignment pairs equal items, each once, and no two pairs cross", () => {
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      const pairs = alignLists(a, b);
      for (const [i, j] of pairs) expect(a[i]).toBe(b[j]);
      for (const [at, [i, j]] of pairs.slice(1).entries()) {
        const [beforeI = -1, beforeJ = -1] = pairs[at] ?? [];
        expect(i).toBeGreaterThan(beforeI);
        expect(j).toBeGreaterThan(beforeJ);
      }
    }),
  );
});

test("every item is paired where one list is the other with items added", () => {
  const distinct = fc.uniqueArray(fc.nat(99).map(String), { maxLength: 12 });
  fc.assert(
    fc.property(distinct, fc.array(fc.tuple(fc.nat(12), fc.nat(99)), { maxLength: 5 }), (list, added) => {
      const longer = [...list];
      for (const [at, item] of added) longer.splice(at, 0, `new ${item}`);
      expect(alignLists(list, longer)).toHaveLength(list.length);
      expect(alignLists(longer, list)).toHaveLength(list.length);
    }),
  );
});

test("what repeats is paired around what does not", () => {
  const a = ["secret-1", "meta", "secret-2", "meta", "secret-3", "meta"];
  expect(alignLists(a, a.slice(2))).toHaveLength(4);
});
