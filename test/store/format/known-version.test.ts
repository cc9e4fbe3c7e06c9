import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeUtf8 } from "../../../src/common/utf8.ts";
import { readCanonical } from "../../../src/store/format/canonical-reader.ts";
import { KnownVersion } from "../../../src/store/format/known-version.ts";
import { validateEntries } from "../../../src/store/format/validation.ts";
import { writeStore } from "../../../src/store/format/yaml-writer.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { storeData } from "../../support/arbitraries.ts";
import { hunksBetween } from "../../support/hunks.ts";
import { NOW, sampleStore } from "../../support/stores.ts";

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

/** The known version after one text, and how it reads the other by its lines alone. */
function readChanged(before: string, after: string, isRight = true) {
  const known = new KnownVersion();
  known.read(Buffer.from(before));
  const { hunks, added } = hunksBetween(before, after);
  let text = "";
  const read = known.readChanged(hunks, added, (parts) => {
    text = Buffer.concat(parts).toString();
    return isRight;
  });
  return { known, text, read };
}

test("what is read by its changed lines is what is read as a whole", () => {
  const changes = fc.array(
    fc.tuple(fc.constantFrom("value", "line", "entry", "swap", "cut", "twice"), fc.nat(), fc.nat()),
    { minLength: 1, maxLength: 3 },
  );
  fc.assert(
    fc.property(storeData, changes, (store, edits) => {
      const before = writeStore({ ...store, auditLog: [...store.auditLog, "an entry"] });
      const after = edits.reduce((text, edit) => edited(text, ...edit), before);
      fc.pre(after.endsWith("\n") && readCanonical(before) !== undefined);
      const { known, text, read } = readChanged(before, after);
      if (text !== "") expect(text).toBe(after);
      if (!read) return;
      const alone = readCanonical(after);
      expect(read).toEqual(alone as StoreData);
      expect(validateEntries(read)).toEqual([]);
      // What is known then is the new text.
      const further = `${after}- further\n`;
      const next = hunksBetween(after, further);
      expect(known.readChanged(next.hunks, next.added, () => true)).toEqual(
        readCanonical(further) as StoreData,
      );
    }),
    { numRuns: 300 },
  );
});

const VALUE = `AA${"A".repeat(66)}`;

/** A text with a value, a line or an entry changed. */
function edited(text: string, how: string, one: number, other: number): string {
  const lines = text.split("\n").slice(0, -1);
  const at = one % lines.length;
  const values = lines.flatMap((line, index) => (line.startsWith("  secret-") ? [index] : []));
  const place = values[one % values.length] ?? at;
  const line = lines[place] ?? "";
  if (how === "value") lines[place] = `${line.slice(0, line.lastIndexOf(": "))}: ${VALUE}`;
  if (how === "line") lines.splice(at, 1, ["  secret-a: AAAA", "audit-log:", "- x", "? x"][other % 4] ?? "");
  if (how === "entry") lines.push(["- an entry", "  more", "- ", "-"][other % 4] ?? "");
  if (how === "swap") lines.splice(at, 1, lines[other % lines.length] ?? "", lines[at] ?? "");
  if (how === "cut") lines.splice(at, 1);
  if (how === "twice") lines.splice(at, 0, lines[at] ?? "");
  return lines.map((each) => `${each}\n`).join("");
}

test("values, entries and other lines of a version are read without the rest", () => {
  const store = sampleStore();
  const text = String(store);
  for (const next of [
    store.updateSecret("dev", "api-key", "another", NOW),
    store.updateSecret("dev", "api-key", "another", NOW).updateSecret("prod", "token", "other", NOW),
    store.addSecret("prod", "more", "value", NOW),
    store.removeDomain("prod", NOW),
  ]) {
    const { known, read, text: made } = readChanged(text, String(next));
    expect(made).toBe(String(next));
    expect(read).toEqual(next.data);
    expect(read && known.isLast(read)).toBe(true);
  }
});

test("a version is read as a whole where its text is not the right one, or the log is not continued", () => {
  const store = sampleStore();
  const text = String(store);
  const next = String(store.updateSecret("dev", "api-key", "another", NOW));
  expect(readChanged(text, next, false).read).toBeUndefined();
  expect(readChanged(text, String(store.truncateAuditLog(1))).read).toBeUndefined();
  expect(readChanged(text, `${text}  more of the last entry\n`).read).toBeUndefined();
  expect(readChanged(text, next.replace(/secret-api-key: .*/, "secret-api-key: plain")).read).toBeUndefined();
  expect(new KnownVersion().readChanged([], new Uint8Array(), () => true)).toBeUndefined();
});

test("a text of before that is not the known one changes nothing about what is known", () => {
  const text = String(sampleStore());
  const { known } = readChanged(text, `${text}- another\n`, false);
  const { hunks, added } = hunksBetween(text, `${text}- an entry\n`);
  const read = known.readChanged(
    hunks,
    added,
    (parts) => Buffer.concat(parts).toString() === `${text}- an entry\n`,
  );
  expect(read?.auditLog.at(-1)).toBe("an entry");
});
