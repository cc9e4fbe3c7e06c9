import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeUtf8 } from "../../../src/common/utf8.ts";
import { readCanonical } from "../../../src/store/format/canonical-reader.ts";
import { KnownVersion } from "../../../src/store/format/known-version.ts";
import { validateEntries } from "../../../src/store/format/validation.ts";
import { writeStore } from "../../../src/store/format/yaml-writer.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { storeData } from "../../support/arbitraries.ts";
import { sampleStore } from "../../support/stores.ts";

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

test("what is known from an earlier version changes nothing about what is read", () => {
  fc.assert(
    fc.property(texts, (versions) => {
      const known = new KnownVersion();
      let log: readonly string[] = [];
      let last: StoreData | undefined;
      for (const { store, keepsLog, damage } of versions) {
        log = keepsLog ? [...log, ...store.auditLog] : store.auditLog;
        const data = keepsLog && last ? { ...last, domains: store.domains } : store;
        const text = writeStore({ ...data, auditLog: log });
        const [share, piece] = damage ?? [1, ""];
        // In bytes: it may be inside a character.
        const bytes = Buffer.from(text);
        const at = Math.floor(share * bytes.length);
        const damaged = Buffer.concat([bytes.subarray(0, at), Buffer.from(piece), bytes.subarray(at)]);
        const decoded = decodeUtf8(damaged);
        const alone = decoded === undefined ? undefined : readCanonical(decoded);
        const read = known.read(damaged);
        expect(read).toEqual(alone && validateEntries(alone).length === 0 ? alone : undefined);
        if (read) expect(known.isLast(read)).toBe(true);
        last = read ?? last;
      }
    }),
    { numRuns: 200 },
  );
});

test("a log that follows another heading is not taken for the known one", () => {
  const store = sampleStore();
  const known = new KnownVersion();
  const text = String(store);
  const log = text.slice(text.indexOf("\naudit-log:\n"));
  expect(known.read(Buffer.from(text))).toEqual(store.data);
  for (const made of [
    `${text}${log.slice(1)}`,
    text.replace("key-custodians:", `${log.slice(1)}key-custodians:`),
  ])
    expect(known.read(Buffer.from(made))).toBeUndefined();
  expect(known.read(Buffer.from(text))).toEqual(store.data);
});

test("a byte more at the end of the known log is not read", () => {
  const text = String(sampleStore());
  const known = new KnownVersion();
  known.read(Buffer.from(text));
  expect(known.read(Buffer.from(`${text}\n`))).toBeUndefined();
});
