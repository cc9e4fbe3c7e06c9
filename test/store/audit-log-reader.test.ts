import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { audit, auditEntry } from "../../src/store/audit-log.ts";
import { type AuditEvent, readAuditEntry, truncatedCount } from "../../src/store/audit-log-reader.ts";
import { custodianName, domainName, secretName } from "../support/arbitraries.ts";
import { processorTime } from "../support/processor-time.ts";
import { NOW } from "../support/stores.ts";

/** The words that the format puts between names. A name that has none of them leaves one reading. */
const SEPARATORS = [
  " with owner ",
  " in ",
  " from ",
  " added owner ",
  " to ",
  " (was owner of ",
  " (updated domains -> ",
  ", ",
];

/** Names as a store allows them, many of which hold the words of the format. */
const oddName = (name: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    name,
    fc
      .array(fc.oneof(name, fc.constantFrom(...SEPARATORS, "created", "removed owner ", " -- ", ")")), {
        minLength: 1,
        maxLength: 3,
      })
      .map((parts) => parts.join("")),
  );
const domain = oddName(domainName);
const custodian = oddName(custodianName);
const domains = fc.array(
  domain.filter((name) => name !== ""),
  { maxLength: 3 },
);

/** How each kind of event is written. */
const written: fc.Arbitrary<readonly [AuditEvent, string]> = fc.oneof(
  fc.constant([{ kind: "created" }, audit.created()] as const),
  fc
    .tuple(custodian, fc.boolean())
    .map(
      ([name, raw]) =>
        [{ kind: "custodian-created", custodian: name, raw }, audit.custodianCreated(name, raw)] as const,
    ),
  fc
    .tuple(domain, custodian)
    .map(
      ([name, owner]) =>
        [{ kind: "domain-created", domain: name, owner }, audit.domainCreated(name, owner)] as const,
    ),
  domain.map((name) => [{ kind: "domain-deleted", domain: name }, audit.domainDeleted(name)] as const),
  domain.map((name) => [{ kind: "domain-rotated", domain: name }, audit.domainRotated(name)] as const),
  ...(
    [
      ["secret-added", audit.secretAdded],
      ["secret-updated", audit.secretUpdated],
      ["secret-set", audit.secretSet],
      ["secret-removed", audit.secretRemoved],
    ] as const
  ).map(([kind, write]) =>
    fc
      .tuple(secretName, domain)
      .map(([secret, name]) => [{ kind, secret, domain: name }, write(secret, name)] as const),
  ),
  fc
    .tuple(custodian, custodian, domain)
    .map(
      ([by, owner, name]) =>
        [{ kind: "owner-added", by, owner, domain: name }, audit.ownerAdded(by, owner, name)] as const,
    ),
  fc
    .tuple(custodian, domain)
    .map(
      ([owner, name]) =>
        [{ kind: "owner-removed", owner, domain: name }, audit.ownerRemoved(owner, name)] as const,
    ),
  ...(
    [
      ["custodian-removed", audit.custodianRemoved],
      ["passphrase-updated", audit.passphraseUpdated],
      ["custodian-rekeyed", audit.custodianRekeyed],
    ] as const
  ).map(([kind, write]) =>
    fc
      .tuple(custodian, domains)
      .map(([name, owned]) => [{ kind, custodian: name, domains: owned }, write(name, owned)] as const),
  ),
);

/** An event with its list of domains as the text shows it: a name with ", " in it looks like two. */
function asWritten(event: AuditEvent): AuditEvent {
  return "domains" in event
    ? { ...event, domains: event.domains.flatMap((name) => name.split(", ")) }
    : event;
}

describe("readAuditEntry", () => {
  test("what was written is among the readings, whatever the names", () => {
    fc.assert(
      fc.property(written, ([event, text]) => {
        const { time, events } = readAuditEntry(auditEntry(text, NOW));
        expect(time).toBe(`${NOW.toISOString().slice(0, 19)}Z`);
        expect(events).toContainEqual(asWritten(event));
      }),
      { numRuns: 2000 },
    );
  });

  test("and is the only one when no name holds words of the format", () => {
    const plain = ([event, text]: readonly [AuditEvent, string]): boolean =>
      Object.values(event)
        .flat()
        .every((name) => typeof name !== "string" || !SEPARATORS.some((word) => name.includes(word))) &&
      // The name of the custodian who adds an owner comes first: it must not look like the start of another entry.
      !(event.kind === "owner-added" && /^(?:created|removed|deleted|rotated|updated|rekeyed) /.test(text));
    fc.assert(
      fc.property(written.filter(plain), ([event, text]) => {
        expect(readAuditEntry(auditEntry(text, NOW)).events).toEqual([event]);
      }),
      { numRuns: 2000 },
    );
  });

  test("names that hold words of the format have several readings", () => {
    expect(readAuditEntry("2026-01-01T00:00:00Z -- removed owner a from b from c").events).toEqual([
      { kind: "owner-removed", owner: "a", domain: "b from c" },
      { kind: "owner-removed", owner: "a from b", domain: "c" },
    ]);
    expect(readAuditEntry("2026-01-01T00:00:00Z -- deleted domain x added owner y to z").events).toEqual([
      { kind: "domain-deleted", domain: "x added owner y to z" },
      { kind: "owner-added", by: "deleted domain x", owner: "y", domain: "z" },
    ]);
    // A secret's name has no blanks.
    expect(readAuditEntry("2026-01-01T00:00:00Z -- added secret a in b in c").events).toEqual([
      { kind: "secret-added", secret: "a", domain: "b in c" },
    ]);
  });

  test.each([
    "",
    "2026-01-01T00:00:00Z -- ",
    "2026-01-01T00:00:00Z -- created nothing",
    "2026-01-01T00:00:00Z -- added secret two words in prod",
    "2026-01-01T00:00:00Z -- removed key custodian a (was owner of b",
    "truncated some audit log entries",
    "2026-01-01T00:00:00Z -- truncated 3 audit log entries",
  ])("%p is not an entry of the format", (entry) => {
    expect(readAuditEntry(entry).events).toEqual([]);
  });

  test("a truncation has no time", () => {
    const entry = audit.truncated(12);
    expect(readAuditEntry(entry)).toEqual({ time: undefined, events: [{ kind: "truncated", count: 12 }] });
    expect(truncatedCount(entry)).toBe(12);
    expect(truncatedCount(undefined)).toBeUndefined();
  });

  test("an entry filled with the words of the format is read at once, and says nothing", () => {
    const started = processorTime();
    for (const words of [" added owner ", " added owner x to ", " in ", " from ", " with owner ", " to "]) {
      for (const start of ["", "added secret a", "removed owner a", "created domain a"]) {
        readAuditEntry(`2026-01-01T00:00:00Z -- ${start}${words.repeat(100_000)}`);
      }
    }
    expect(processorTime() - started).toBeLessThan(2000);
    expect(readAuditEntry(`Z -- a${" added owner b to c".repeat(1000)}`).events).toEqual([]);
  });
});
