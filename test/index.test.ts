import { describe, expect, test } from "bun:test";
import {
  type Domain,
  InvalidStoreError,
  type KdfCost,
  KeyFile,
  PprotectError,
  type StoreData,
} from "../src/index.ts";

/** The cheapest cost that is allowed. */
const CHEAP: KdfCost = { opslimit: 1, memlimit: 8192 };
const ALICE = { name: "alice@example.com", passphrase: "correct horse" };

const withAlice = (): KeyFile => KeyFile.create().addCustodian(ALICE, { kind: "argon2id", cost: CHEAP });
const store = withAlice()
  .addDomain("prod", ALICE.name)
  .addSecret("prod", "token", "hunter2")
  .addSecret("prod", "other", "value");

function unlocked(keyFile: KeyFile) {
  const owner = keyFile.unlock(ALICE);
  if (!owner) throw new Error("wrong passphrase");
  return owner;
}

function errorOf(action: () => unknown): PprotectError {
  try {
    action();
  } catch (error) {
    if (error instanceof PprotectError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** The store's data with its domain changed. */
function changed(change: (domain: Domain) => Domain, name = "prod"): StoreData {
  const domain = store.data.domains.get("prod");
  if (!domain) throw new Error("no domain");
  return { ...store.data, domains: new Map([[name, change(domain)]]) };
}

const sealedValue = (name: string): string => store.data.domains.get("prod")?.secrets.get(name) ?? "";

describe("KeyFile.from", () => {
  test("accepts the data of a store", () => {
    expect(KeyFile.from(store.data).toString()).toBe(store.toString());
    expect(KeyFile.from(store.data).decryptSecret("prod", "token", unlocked(store))).toBe("hunter2");
  });

  test.each<[what: string, data: StoreData, message: string]>([
    ["an empty public key", changed((domain) => ({ ...domain, publicKey: "" })), "public key is empty"],
    [
      "a public key of 31 bytes",
      changed((domain) => ({ ...domain, publicKey: Buffer.alloc(32).toString("base64") })),
      "public key is 31 bytes long",
    ],
    [
      "a plaintext value",
      changed((domain) => ({ ...domain, secrets: new Map([["token", "hunter2"]]) })),
      "is not base64",
    ],
    [
      "an owner who is not a custodian",
      { ...store.data, custodians: new Map() },
      "is not among the key-custodians",
    ],
    [
      "key material that requests 4 GiB",
      {
        ...store.data,
        custodians: new Map([
          [ALICE.name, Buffer.from(`\x01${"\xff".repeat(48)}`, "latin1").toString("base64")],
        ]),
      },
      "requests 4294967295 bytes of memory",
    ],
    ["a domain named audit-log", changed((domain) => domain, "audit-log"), "audit-log is not a list"],
    [
      "a second entry inside a value",
      changed((domain) => ({
        ...domain,
        secrets: new Map([["other", `${sealedValue("other")}\n  secret-token: ${sealedValue("token")}`]]),
      })),
      "is not base64",
    ],
  ])("refuses %s", (_, data, message) => {
    const error = errorOf(() => KeyFile.from(data));
    expect(error).toBeInstanceOf(InvalidStoreError);
    expect(error.message).toContain(message);
  });
});

describe("a typed error", () => {
  test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("for keeping %d log entries", (keep) => {
    expect(errorOf(() => store.truncateAuditLog(keep)).code).toBe("usage");
  });

  test.each<KdfCost>([
    { opslimit: 0, memlimit: 8192 },
    { opslimit: 1, memlimit: 1024 },
    { opslimit: 1.5, memlimit: 8192 },
    { opslimit: 1, memlimit: Number.NaN },
    { opslimit: 1, memlimit: 2 ** 31 },
    { opslimit: 2 ** 32, memlimit: 8192 },
  ])("for a key derivation cost of %j", (cost) => {
    const derivation = { kind: "argon2id", cost } as const;
    expect(errorOf(() => KeyFile.create().addCustodian(ALICE, derivation)).code).toBe("usage");
    expect(errorOf(() => store.setCustodianPassphrase(unlocked(store), "new", derivation)).code).toBe(
      "usage",
    );
    expect(errorOf(() => store.rekeyCustodian(unlocked(store), "new", derivation)).code).toBe("usage");
  });

  test("for a passphrase that is not Unicode text", () => {
    const creds = { ...ALICE, passphrase: "\ud800" };
    expect(errorOf(() => KeyFile.create().addCustodian(creds, "fast")).code).toBe("invalid_passphrase");
  });

  test("for a new passphrase with a key that the store no longer has", () => {
    const fresh = { kind: "argon2id", cost: CHEAP } as const;
    const owner = unlocked(withAlice());
    expect(errorOf(() => store.setCustodianPassphrase(owner, "new", fresh)).code).toBe("wrong_credentials");
    expect(errorOf(() => KeyFile.create().rekeyCustodian(owner, "new", fresh)).code).toBe(
      "no_such_custodian",
    );
  });
});
