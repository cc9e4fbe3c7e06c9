import { beforeAll, describe, expect, mock, test } from "bun:test";
import { type ErrorCode, PprotectError } from "../../src/common/errors.ts";
import { generateRawPassphrase } from "../../src/crypto/raw-passphrase.ts";
import type { UnlockedCustodian } from "../../src/store/custodian.ts";
import { decodeKeyMaterial, keyTypeOf } from "../../src/store/format/key-material.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { isProof } from "../../src/store/trust/proof.ts";
import { utf8 } from "../support/bytes.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, secretsOf, unlocked } from "../support/stores.ts";

const STAMP = "2026-02-03T04:05:06Z";
const CAROL = { name: "carol@example.com", passphrase: "carol-pw" };
const DEV_SECRETS = { "api-key": "dev-api-key", "db-password": 'it\'s "dev" $HOME' };

let store: KeyFile;
let text: string;
let alice: UnlockedCustodian;
let bob: UnlockedCustodian;

beforeAll(() => {
  store = sampleStore();
  text = store.toString();
  alice = unlocked(store, ALICE);
  bob = unlocked(store, BOB);
});

/** The last entry of the audit log, without its time. */
/** The audit log without its proofs, which test/store/trust/proof.test.ts is about. */
function entriesOf({ data }: KeyFile): string[] {
  return data.auditLog.filter((entry) => !isProof(entry));
}

function lastEntry(file: KeyFile): string | undefined {
  const entry = entriesOf(file).at(-1);
  expect(entry).toStartWith(`${STAMP} -- `);
  return entry?.slice(`${STAMP} -- `.length);
}

/** The code of the error that an action ends with. */
function codeOf(action: () => unknown): ErrorCode | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof PprotectError) return error.code;
    throw error;
  }
  return undefined;
}

/** An operation, the audit log entry of FORMAT.md, and what must hold of its result. */
interface Operation {
  readonly what: string;
  readonly entry: string;
  readonly apply: (file: KeyFile) => KeyFile;
  readonly holds: (result: KeyFile) => void;
}

const operations: Operation[] = [
  {
    what: "addDomain",
    entry: "created domain stage with owner bob@example.com",
    apply: (file) => file.addDomain("stage", BOB.name, NOW),
    holds: (result) => expect(secretsOf(result, "stage", BOB)).toEqual({}),
  },
  {
    what: "removeDomain",
    entry: "deleted domain prod",
    apply: (file) => file.removeDomain("prod", NOW),
    holds: (result) => expect([...result.data.domains.keys()]).toEqual(["dev"]),
  },
  {
    what: "addSecret",
    entry: "added secret fresh in dev",
    apply: (file) => file.addSecret("dev", "fresh", "v", NOW),
    holds: (result) => expect(secretsOf(result, "dev", BOB)).toEqual({ ...DEV_SECRETS, fresh: "v" }),
  },
  {
    what: "updateSecret",
    entry: "updated secret api-key in dev",
    apply: (file) => file.updateSecret("dev", "api-key", "v2", NOW),
    holds: (result) => expect(secretsOf(result, "dev", BOB)).toEqual({ ...DEV_SECRETS, "api-key": "v2" }),
  },
  {
    what: "setSecret of a new one",
    entry: "set secret fresh in dev",
    apply: (file) => file.setSecret("dev", "fresh", "", NOW),
    holds: (result) => expect(secretsOf(result, "dev", BOB)).toEqual({ ...DEV_SECRETS, fresh: "" }),
  },
  {
    what: "setSecret of one that is there",
    entry: "set secret api-key in dev",
    apply: (file) => file.setSecret("dev", "api-key", "v3", NOW),
    holds: (result) => expect(secretsOf(result, "dev", BOB)).toEqual({ ...DEV_SECRETS, "api-key": "v3" }),
  },
  {
    what: "removeSecret",
    entry: "removed secret api-key from dev",
    apply: (file) => file.removeSecret("dev", "api-key", NOW),
    holds: (result) => expect(Object.keys(secretsOf(result, "dev", BOB))).toEqual(["db-password"]),
  },
  {
    what: "addOwner",
    entry: "alice@example.com added owner bob@example.com to prod",
    apply: (file) => file.addOwner("prod", BOB.name, alice, NOW),
    holds: (result) => {
      expect(secretsOf(result, "prod", BOB)).toEqual({ token: "prod-token" });
      expect(secretsOf(result, "prod", ALICE)).toEqual({ token: "prod-token" });
    },
  },
  {
    what: "migrateOwner",
    entry: "alice@example.com added owner bob@example.com to prod",
    apply: (file) => file.migrateOwner(BOB.name, alice, NOW),
    holds: (result) => expect(result.domainsOf(BOB.name)).toEqual(["dev", "prod"]),
  },
  {
    what: "removeOwner",
    entry: "removed owner bob@example.com from dev",
    apply: (file) => file.removeOwner("dev", BOB.name, NOW),
    holds: (result) => expect(codeOf(() => secretsOf(result, "dev", BOB))).toBe("not_owner"),
  },
  {
    what: "addCustodian",
    entry: "created key custodian carol@example.com",
    apply: (file) => file.addCustodian(CAROL, CHEAP, NOW),
    holds: (result) => expect(unlocked(result, CAROL).name).toBe(CAROL.name),
  },
  {
    what: "addCustodian with a raw key",
    entry: "created raw-key custodian ci",
    apply: (file) => file.addCustodian({ name: "ci", passphrase: generateRawPassphrase() }, "raw", NOW),
    holds: (result) =>
      expect(keyTypeOf(decodeKeyMaterial(result.data.custodians.get("ci") ?? ""))).toBe("raw"),
  },
  {
    what: "removeCustodian",
    entry: "removed key custodian bob@example.com (was owner of dev)",
    apply: (file) => file.removeCustodian(BOB.name, NOW),
    holds: (result) => {
      expect(result.data.custodians.has(BOB.name)).toBe(false);
      expect(result.domainsOf(BOB.name)).toEqual([]);
    },
  },
  {
    what: "setCustodianPassphrase",
    entry: "updated key custodian passphrase for alice@example.com (updated domains -> dev, prod)",
    apply: (file) => file.setCustodianPassphrase(alice, "new-pw", CHEAP, NOW),
    holds: (result) => {
      expect(result.unlock(ALICE)).toBeUndefined();
      const renewed = { ...ALICE, passphrase: "new-pw" };
      expect(secretsOf(result, "dev", renewed)).toEqual(DEV_SECRETS);
      expect(secretsOf(result, "prod", renewed)).toEqual({ token: "prod-token" });
      expect(secretsOf(result, "dev", BOB)).toEqual(DEV_SECRETS);
    },
  },
  {
    what: "rekeyCustodian",
    entry: "rekeyed custodian for bob@example.com (updated domains -> dev)",
    apply: (file) => file.rekeyCustodian(bob, `P${"0".repeat(64)}P`, "raw", NOW),
    holds: (result) => {
      expect(result.unlock(BOB)).toBeUndefined();
      const renewed = { ...BOB, passphrase: `P${"0".repeat(64)}P` };
      expect(secretsOf(result, "dev", renewed)).toEqual(DEV_SECRETS);
    },
  },
  {
    what: "rotateDomainKey",
    entry: "rotated key for domain dev",
    apply: (file) => file.rotateDomainKey("dev", alice, NOW),
    holds: (result) => {
      expect(secretsOf(result, "dev", ALICE)).toEqual(DEV_SECRETS);
      expect(secretsOf(result, "dev", BOB)).toEqual(DEV_SECRETS);
    },
  },
];

describe.each(operations)("$what", ({ apply, entry, holds }) => {
  test("does what it says, and says it in the audit log to the letter", () => {
    const result = apply(store);
    holds(result);
    expect(lastEntry(result)).toBe(entry);
    expect(entriesOf(result).length).toBe(entriesOf(store).length + 1);
  });

  test("leaves the store that it was applied to as it was", () => {
    apply(store);
    expect(store.toString()).toBe(text);
  });

  test("gives a store that is read back as it is", () => {
    const result = apply(store);
    const again = KeyFile.parse(utf8(result.toString()), "again.yaml");
    expect(again.toString()).toBe(result.toString());
    holds(again);
  });
});

test("a new store says that it was created, and nothing else", () => {
  expect(KeyFile.create(NOW).toString()).toBe(`key-custodians: {}\naudit-log:\n- ${STAMP} -- created\n`);
});

describe("what an operation does not touch stays as it is, to the letter", () => {
  test("a new secret changes its own line and the audit log", () => {
    const before = text.split("\n");
    const after = store.addSecret("dev", "zz", "v", NOW).toString().split("\n");
    const added = after.filter((line) => !before.includes(line));
    expect(added).toHaveLength(2);
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
  });

  test("rotation replaces the public key, every secret and every owner entry of its domain alone", () => {
    const rotated = store.rotateDomainKey("dev", alice, NOW).data.domains;
    const before = store.data.domains;
    expect(rotated.get("prod")).toEqual(before.get("prod") as NonNullable<ReturnType<typeof before.get>>);
    const values = (domain: typeof before extends ReadonlyMap<string, infer D> ? D | undefined : never) => [
      domain?.publicKey,
      ...(domain?.owners.values() ?? []),
      ...(domain?.secrets.values() ?? []),
    ];
    const old = new Set(values(before.get("dev")));
    expect(values(rotated.get("dev"))).toHaveLength(5);
    expect(values(rotated.get("dev")).filter((value) => old.has(value))).toEqual([]);
  });
});

describe("refusals", () => {
  const refused: readonly [string, ErrorCode, (file: KeyFile) => unknown][] = [
    ["a domain that is there", "domain_exists", (f) => f.addDomain("dev", ALICE.name)],
    ["a domain for an unknown owner", "no_such_custodian", (f) => f.addDomain("new", "nobody")],
    ["a domain named metal", "invalid_name", (f) => f.addDomain("metal", ALICE.name)],
    ["a domain named audit-log", "invalid_name", (f) => f.addDomain("audit-log", ALICE.name)],
    ["removing an unknown domain", "no_such_domain", (f) => f.removeDomain("nope")],
    ["a secret in an unknown domain", "no_such_domain", (f) => f.addSecret("nope", "a", "v")],
    ["adding a secret that is there", "secret_exists", (f) => f.addSecret("dev", "api-key", "v")],
    ["updating a secret that is not", "no_such_secret", (f) => f.updateSecret("dev", "nope", "v")],
    ["removing a secret that is not", "no_such_secret", (f) => f.removeSecret("dev", "nope")],
    ["a secret's name with a space", "invalid_name", (f) => f.setSecret("dev", "a b", "v")],
    ["a value with half a character", "invalid_value", (f) => f.setSecret("dev", "a", "\ud800")],
    ["an owner who is one already", "owner_exists", (f) => f.addOwner("dev", BOB.name, alice)],
    ["an owner added by someone who is none", "not_owner", (f) => f.addOwner("prod", BOB.name, bob)],
    ["an unknown owner", "no_such_custodian", (f) => f.addOwner("dev", "nobody", alice)],
    ["removing someone who owns nothing", "no_such_owner", (f) => f.removeOwner("prod", BOB.name)],
    ["removing the last owner", "last_owner", (f) => f.removeOwner("prod", ALICE.name)],
    ["removing a custodian who is a last owner", "last_owner", (f) => f.removeCustodian(ALICE.name)],
    ["a custodian who is there", "custodian_exists", (f) => f.addCustodian(ALICE, CHEAP)],
    ["an empty passphrase", "invalid_passphrase", (f) => f.addCustodian({ ...CAROL, passphrase: "" }, CHEAP)],
    ["a raw key in another form", "invalid_passphrase", (f) => f.addCustodian(CAROL, "raw")],
    [
      "a new passphrase that is empty",
      "invalid_passphrase",
      (f) => f.setCustodianPassphrase(alice, "", CHEAP),
    ],
    ["rotation by someone who owns nothing", "not_owner", (f) => f.rotateDomainKey("prod", bob)],
    ["decrypting as no owner", "not_owner", (f) => f.decryptDomain("prod", bob)],
    ["decrypting an unknown secret", "no_such_secret", (f) => f.decryptSecret("dev", "nope", alice)],
  ];

  test.each(refused)("%s", (_, code, action) => {
    expect(codeOf(() => action(store))).toBe(code);
  });

  test("an unknown name suggests the nearest one", () => {
    const fixOf = (action: () => unknown): string | undefined => {
      try {
        action();
      } catch (error) {
        if (error instanceof PprotectError) return error.fix;
      }
      return undefined;
    };
    expect(fixOf(() => store.removeDomain("dex"))).toBe('did you mean "dev"?');
    expect(fixOf(() => store.removeSecret("dev", "apikey"))).toBe('did you mean "api-key"?');
    expect(fixOf(() => store.removeCustodian("alice@exmaple.com"))).toBe('did you mean "alice@example.com"?');
    expect(fixOf(() => store.removeDomain("quite-another"))).toBe(
      "known domains: dev, prod; `pprotect add-domain` adds one",
    );
    expect(fixOf(() => store.removeDomain("api-key"))).toBe("it is the name of a secret: dev/api-key");
    expect(fixOf(() => store.removeDomain(ALICE.name))).toBe(
      "it is the name of a key custodian: the domain comes first",
    );
  });
});

describe("credentials", () => {
  test("unlock with the right passphrase only, and for a known name only", () => {
    expect(store.unlock(ALICE)?.name).toBe(ALICE.name);
    expect(store.unlock({ ...ALICE, passphrase: "alice-pw " })).toBeUndefined();
    expect(store.unlock({ ...ALICE, passphrase: "" })).toBeUndefined();
    expect(store.unlock({ ...ALICE, name: BOB.name })).toBeUndefined();
    expect(store.unlock({ ...ALICE, name: "__proto__" })).toBeUndefined();
  });

  test("of each key type are stated in the file as FORMAT.md has them", () => {
    const file = KeyFile.create(NOW)
      .addCustodian({ name: "a", passphrase: "p" }, "fast", NOW)
      .addCustodian({ name: "b", passphrase: `P${"1".repeat(64)}P` }, "raw", NOW)
      .addCustodian({ name: "c", passphrase: "p" }, "hard", NOW);
    const bytes = (name: string): Buffer => Buffer.from(file.data.custodians.get(name) ?? "", "base64");
    expect(bytes("a").subarray(0, 9).toString("hex")).toBe("010200000000000004");
    expect(bytes("a").length).toBe(49);
    expect([bytes("b")[0], bytes("b").length]).toEqual([2, 41]);
    expect([bytes("c")[0], bytes("c").length]).toEqual([0, 41]);
    expect(file.unlock({ name: "a", passphrase: "p" })).toBeDefined();
    expect(file.unlock({ name: "c", passphrase: "p" })).toBeDefined();
  });
});

describe("entries of different keys in one file are found, never read as something else", () => {
  test("a secret from before a rotation", () => {
    const rotated = store.rotateDomainKey("dev", alice, NOW);
    const stale = store.data.domains.get("dev")?.secrets.get("api-key") ?? "";
    const mixed = rotated
      .toString()
      .replace(rotated.data.domains.get("dev")?.secrets.get("api-key") ?? "", stale);
    const file = KeyFile.parse(utf8(mixed), "mixed.yaml");
    expect(codeOf(() => secretsOf(file, "dev", ALICE))).toBe("cannot_open");
    expect(codeOf(() => file.rotateDomainKey("dev", unlocked(file, ALICE)))).toBe("cannot_open");
    expect(file.decryptSecret("dev", "db-password", unlocked(file, ALICE))).toBe(DEV_SECRETS["db-password"]);
  });

  test("an owner entry from before a rotation", () => {
    const rotated = store.rotateDomainKey("dev", alice, NOW);
    const stale = store.data.domains.get("dev")?.owners.get(BOB.name) ?? "";
    const mixed = rotated
      .toString()
      .replace(rotated.data.domains.get("dev")?.owners.get(BOB.name) ?? "", stale);
    const file = KeyFile.parse(utf8(mixed), "mixed.yaml");
    expect(codeOf(() => secretsOf(file, "dev", BOB))).toBe("cannot_open");
    expect(secretsOf(file, "dev", ALICE)).toEqual(DEV_SECRETS);
    // Nor is the old key handed on, where there is no secret that it would fail to open.
    const empty = file
      .removeSecret("dev", "api-key")
      .removeSecret("dev", "db-password")
      .addCustodian(CAROL, CHEAP);
    expect(codeOf(() => empty.addOwner("dev", CAROL.name, unlocked(empty, BOB)))).toBe("cannot_open");
    expect(codeOf(() => empty.decryptDomain("dev", unlocked(empty, BOB)))).toBe("cannot_open");
  });

  test("an owner entry from before a change of passphrase", () => {
    const changed = store.setCustodianPassphrase(alice, "new", CHEAP, NOW);
    const fresh = changed.data.domains.get("prod")?.owners.get(ALICE.name) ?? "";
    const stale = store.data.domains.get("prod")?.owners.get(ALICE.name) ?? "";
    const file = KeyFile.parse(utf8(changed.toString().replace(fresh, stale)), "mixed.yaml");
    const renewed = { ...ALICE, passphrase: "new" };
    expect(codeOf(() => secretsOf(file, "prod", renewed))).toBe("cannot_open");
    expect(secretsOf(file, "dev", renewed)).toEqual(DEV_SECRETS);
    expect(codeOf(() => file.setCustodianPassphrase(unlocked(file, renewed), "x", CHEAP))).toBe(
      "cannot_open",
    );
  });
});

describe("decrypting chosen secrets", () => {
  const choices = [
    { domain: "prod", name: "token", variable: "A" },
    { domain: "dev", name: "db-password", variable: "B" },
    { domain: "dev", name: "api-key", variable: "C" },
  ];

  test("gives each with its value, in the order of the choice", () => {
    const opened = store.decryptSecrets(choices, alice);
    expect(opened.map(({ value }) => value)).toEqual([
      "prod-token",
      DEV_SECRETS["db-password"],
      DEV_SECRETS["api-key"],
    ]);
    expect(opened.map(({ value: _, ...choice }) => choice)).toEqual(choices);
    expect(store.decryptSecrets([], alice)).toEqual([]);
  });

  test("opens each domain's key once", () => {
    const agree = mock((...args: Parameters<UnlockedCustodian["privateKey"]["agree"]>) =>
      alice.privateKey.agree(...args),
    );
    const { publicKey, bytes } = alice.privateKey;
    store.decryptSecrets(choices, { name: alice.name, privateKey: { publicKey, bytes, agree } });
    expect(agree).toHaveBeenCalledTimes(2);
  });

  test("refuses another user's domain, and what does not exist", () => {
    expect(codeOf(() => store.decryptSecrets(choices, bob))).toBe("not_owner");
    expect(codeOf(() => store.decryptSecrets([{ domain: "dev", name: "nope" }], bob))).toBe("no_such_secret");
    expect(codeOf(() => store.decryptSecrets([{ domain: "nope", name: "nope" }], bob))).toBe(
      "no_such_domain",
    );
  });
});

describe("truncating the audit log", () => {
  test("keeps the last entries after one that counts the others, and proofs that are still needed", () => {
    const log = store.data.auditLog;
    const kept = store.truncateAuditLog(2).data.auditLog;
    const proofs = log.slice(0, -2).filter(isProof);
    expect(proofs).toHaveLength(2);
    expect(kept).toEqual([
      `truncated ${log.length - 2 - proofs.length} audit log entries`,
      ...proofs,
      ...log.slice(-2),
    ]);
  });

  test("to nothing leaves the count and needed proofs, and to more than there is leaves all", () => {
    const log = store.data.auditLog;
    const emptied = store.truncateAuditLog(0);
    expect(emptied.data.auditLog).toEqual([
      `truncated ${log.length - 3} audit log entries`,
      ...log.filter(isProof),
    ]);
    expect(emptied.truncateAuditLog(0).data.auditLog).toEqual(emptied.data.auditLog);
    expect(store.truncateAuditLog(1000).data.auditLog).toEqual(log);
    expect(
      store.removeDomain("dev", NOW).removeDomain("prod", NOW).truncateAuditLog(0).data.auditLog,
    ).toHaveLength(1);
  });
});
