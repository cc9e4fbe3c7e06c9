import fc from "fast-check";
import { encodeBase64 } from "../../src/crypto/base64.ts";
import { AUDIT_LOG_KEY, CUSTODIANS_KEY, type StoreData } from "../../src/store/store-data.ts";

/** Pieces of text that mean something to YAML, to JavaScript or to a terminal. */
const HOSTILE = [
  ...["'", '"', ":", ": ", "#", " #", "-", "- ", "?", "? ", "!", "&a", "*a", "|", ">", "%", "@", "`", "\\"],
  ...["[", "]", "{", "}", ",", "=", "<<", "~", "---", "...", " ", "  ", "\t", "\n", "\r", "\0", "\x1b[2J"],
  ...["\x7f", "\u0085", "\xa0", "\u2028", "\u2029", "\u200b", "\u202e", "\ufeff", "\ue000", "\ufffd"],
  ...[
    "null",
    "true",
    "no",
    "1",
    "0x1F",
    "1e3",
    ".5",
    "2026-01-01",
    "é",
    "漢",
    "🎲",
    "__proto__",
    "secret-",
    "meta",
  ],
  ...["constructor", "key-custodians", "audit-log", "owners", "word ", "x".repeat(40)],
];

const anyText = fc.oneof(
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 8 }).map((parts) => parts.join("")),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 60 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 160 }),
);

/** A key custodian's name as a file may have it. */
export const custodianName = anyText;

/** A domain's name as a file may have it. */
export const domainName = anyText.filter(
  (name) => !name.startsWith("meta") && name !== CUSTODIANS_KEY && name !== AUDIT_LOG_KEY,
);

/** A secret's name. */
export const secretName = fc.stringMatching(/^[A-Za-z][-_A-Za-z0-9]{0,150}$/);

/** Base64 of a first byte and `min` to `max` random ones. */
function encoded(first: number, min: number, max = min): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: min, maxLength: max })
    .map((bytes) => encodeBase64(new Uint8Array([first, ...bytes])));
}

/** Base64 of a first byte, some random ones and a public key: its top bit is clear, as X25519 leaves it. */
function encodedKey(first: number, before: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: before + 32, maxLength: before + 32 })
    .map((bytes) => encodeBase64(new Uint8Array([first, ...bytes.with(-1, (bytes.at(-1) ?? 0) % 0x7f)])));
}

/** A map with keys of one kind and values of another. */
function mapOf<V>(
  key: fc.Arbitrary<string>,
  value: fc.Arbitrary<V>,
  maxLength: number,
): fc.Arbitrary<Map<string, V>> {
  return fc.array(fc.tuple(key, value), { maxLength }).map((entries) => new Map(entries));
}

/** A store whose every entry has the right form, with names of any kind; nothing in it was really sealed. */
export const storeData: fc.Arbitrary<StoreData> = mapOf(custodianName, encodedKey(2, 8), 4).chain(
  (custodians) => {
    const owner = custodians.size === 0 ? fc.constant("") : fc.constantFrom(...custodians.keys());
    const owners = mapOf(owner, encoded(0, 80), custodians.size === 0 ? 0 : 3);
    const domain = fc.record({
      publicKey: encodedKey(0, 0),
      owners,
      secrets: mapOf(secretName, encoded(0, 48, 120), 3),
    });
    return fc.record({
      domains: mapOf(domainName, domain, 4),
      custodians: fc.constant(custodians),
      auditLog: fc.array(anyText, { maxLength: 4 }),
    });
  },
);
