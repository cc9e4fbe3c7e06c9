import { expect, test } from "bun:test";
import fc from "fast-check";
import { type KnownLog, readCanonical } from "../../../src/store/format/canonical-reader.ts";
import { writeStore } from "../../../src/store/format/yaml-writer.ts";
import { storeData } from "../../support/arbitraries.ts";

/** Texts that are canonical or nearly so, where the log of one often continues that of the one before. */
const texts = fc.array(
  fc.record({
    store: storeData,
    keepsLog: fc.boolean(),
    damage: fc.option(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom("\n", "- ", "x", "'")),
    ),
  }),
  { minLength: 2, maxLength: 6 },
);

test("a log that is known from an earlier version changes nothing about what is read", () => {
  fc.assert(
    fc.property(texts, (versions) => {
      const known: KnownLog = { text: "", entries: [] };
      let log: readonly string[] = [];
      for (const { store, keepsLog, damage } of versions) {
        log = keepsLog ? [...log, ...store.auditLog] : store.auditLog;
        const text = writeStore({ ...store, auditLog: log });
        const [share, piece] = damage ?? [1, ""];
        const at = Math.floor(share * text.length);
        const damaged = text.slice(0, at) + piece + text.slice(at);
        expect(readCanonical(damaged, { log: known })).toEqual(readCanonical(damaged));
      }
    }),
    { numRuns: 200 },
  );
});
