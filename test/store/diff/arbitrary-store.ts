import fc from "fast-check";
import type { Domain, StoreData } from "../../../src/store/store-data.ts";

/** Names as odd as a file may hold them. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
  fc.constantFrom("__proto__", "a\nb", "a\u2028b", "a\u202eb", "constructor", "key custodians"),
);

const sealed = fc
  .uint8Array({ minLength: 49, maxLength: 80 })
  .map((bytes) => Buffer.from([0, ...bytes]).toString("base64"));

const entries = fc.array(fc.tuple(name, sealed), { maxLength: 4 }).map((list) => new Map(list));

const domain: fc.Arbitrary<Domain> = fc.record({ publicKey: sealed, owners: entries, secrets: entries });

/** A store of any content; its sealed values only look like such. */
export const arbitraryStore: fc.Arbitrary<StoreData> = fc.record({
  domains: fc.array(fc.tuple(name, domain), { maxLength: 4 }).map((list) => new Map(list)),
  custodians: entries,
  auditLog: fc.array(name, { maxLength: 5 }),
});

/** A sealed value of any content. */
export const arbitrarySealed = sealed;
