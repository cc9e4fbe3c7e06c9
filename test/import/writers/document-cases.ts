import { expect } from "bun:test";
import fc from "fast-check";
import type { Entry } from "../../../src/import/entry.ts";
import { anyValue, KNOWN_VALUES } from "../../support/import-values.ts";

const name = fc.oneof(
  fc.constantFrom("y", "No", "true", "null", "constructor", "on", "e3", "E-0", "toString"),
  fc.stringMatching(/^[A-Za-z][-_A-Za-z0-9]{0,12}$/),
);
const anyEntries: fc.Arbitrary<Entry[]> = fc.uniqueArray(
  fc.record({ name, value: anyValue.filter((value) => value.isWellFormed()) }),
  { selector: (entry) => entry.name, minLength: 1, maxLength: 40 },
);
const known = KNOWN_VALUES.map((value, index) => ({ name: `V${index}`, value }));

export function objectOf(entries: readonly Entry[]): Record<string, string> {
  return Object.fromEntries(entries.map(({ name: key, value }) => [key, value]));
}

/** A test that what `read` makes of entries, once they are written, is these entries. */
export function holds(
  read: (entries: readonly Entry[]) => unknown | Promise<unknown>,
  numRuns = 20,
): () => Promise<void> {
  return async () => {
    expect(await read(known)).toEqual(objectOf(known));
    await fc.assert(
      fc.asyncProperty(anyEntries, async (entries) => expect(await read(entries)).toEqual(objectOf(entries))),
      { numRuns },
    );
  };
}
