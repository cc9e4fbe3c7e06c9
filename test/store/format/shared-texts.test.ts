import { expect, test } from "bun:test";
import fc from "fast-check";
import { readCanonical } from "../../../src/store/format/canonical-reader.ts";
import { writeStore } from "../../../src/store/format/yaml-writer.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { storeData } from "../../support/arbitraries.ts";

/** A version of a store: parts of it, with parts of another. */
function version(one: StoreData, other: StoreData, keep: (name: string) => boolean): StoreData {
  const domains = [...one.domains].map(([name, domain]) => {
    const others = other.domains.get(name)?.secrets ?? [...other.domains.values()][0]?.secrets ?? [];
    const secrets = new Map([...[...domain.secrets].filter(([secret]) => keep(secret)), ...others]);
    return [name, { ...domain, secrets }] as const;
  });
  return { ...one, domains: new Map(domains), auditLog: [...one.auditLog, ...other.auditLog] };
}

test("another version that is known changes nothing about what is read", () => {
  fc.assert(
    fc.property(storeData, storeData, fc.func(fc.boolean()), (one, other, keep) => {
      const text = writeStore(version(one, other, keep));
      const alone = readCanonical(text);
      for (const like of [one, other, alone]) expect(readCanonical(text, like)).toEqual(alone);
    }),
    { numRuns: 200 },
  );
});
