import { describe, expect, test } from "bun:test";
import { decodeBase64 } from "../../src/crypto/base64.ts";
import { deriveCustodianKey } from "../../src/crypto/key-derivation.ts";
import { sealWith } from "../../src/crypto/sealed-box.ts";
import { importPrivateKey } from "../../src/crypto/x25519/private-key.ts";
import { LowOrderPointError, type X25519 } from "../../src/crypto/x25519/x25519.ts";
import { x25519Native } from "../../src/crypto/x25519/x25519-native.ts";
import { x25519Noble } from "../../src/crypto/x25519/x25519-noble.ts";
import { unlockCustodian } from "../../src/store/custodian.ts";
import { openDomainKey } from "../../src/store/domain.ts";
import {
  decodeKeyMaterial,
  encodeKeyMaterial,
  keyMaterialProblem,
} from "../../src/store/format/key-material.ts";
import { InvalidStoreError, UnresolvedMergeError } from "../../src/store/format/problem.ts";
import {
  decodePublicKey,
  openValue,
  publicKeyProblem,
  sealedKeyProblem,
  sealedValueProblem,
} from "../../src/store/format/sealed-value.ts";
import { writeStore } from "../../src/store/format/yaml-writer.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import type { Domain, StoreData } from "../../src/store/store-data.ts";
import { domainFingerprint } from "../../src/store/trust/fingerprint.ts";
import { provenGrant, provenRotation } from "../../src/store/trust/verify.ts";
import { hex, toHex } from "../support/bytes.ts";
import { installedSodium } from "../support/sodium.ts";
import { secretsOf } from "../support/stores.ts";
import { VECTOR_FILES, type Vector, vectorFilesFound, vectors } from "../support/vectors.ts";

/**
 * The vectors of docs/format.md against this implementation. docs/vectors/verify.py runs the same ones against
 * libsodium and ruamel.yaml.
 */

const curves: readonly [string, X25519][] = [
  ["native", x25519Native],
  ["javascript", x25519Noble],
  ["libsodium", installedSodium()],
];

test("every file and every group of vectors is run here", () => {
  const known = Object.entries(VECTOR_FILES).map(([file, groups]) => [file, [...groups]]);
  expect(vectorFilesFound()).toEqual(Object.fromEntries(known));
});

describe.each(curves)("X25519, %s", (_, { importKey }) => {
  test.each(vectors("x25519", "agree"))("$note", ({ private: secret = "", public: peer = "", shared }) => {
    expect(toHex(importKey(hex(secret)).agree(hex(peer)))).toBe(shared);
  });

  test.each(vectors("x25519", "refused"))("refuses $note", ({ private: secret = "", public: peer = "" }) => {
    expect(() => importKey(hex(secret)).agree(hex(peer))).toThrow(LowOrderPointError);
  });
});

test.each(vectors("key-derivation", "vectors"))("a key from a passphrase: $note", (vector) => {
  const { name = "", passphrase = "", pwdkm = "" } = vector;
  const { derivation, salt, publicKey } = decodeKeyMaterial(pwdkm);
  const key = deriveCustodianKey(name, passphrase, salt, derivation);
  expect(toHex(salt)).toBe(vector.salt);
  expect(toHex(key.bytes())).toBe(vector.private_key);
  expect(toHex(key.publicKey)).toBe(vector.public_key);
  expect(toHex(publicKey)).toBe(vector.public_key);
});

describe("a sealed value", () => {
  test.each(vectors("sealed-boxes", "sealed"))("is made of its ephemeral key: $note", (vector) => {
    const ephemeral = importPrivateKey(hex(vector.ephemeral_private_key ?? ""));
    const box = sealWith(ephemeral, hex(vector.plaintext ?? ""), hex(vector.public_key ?? ""));
    expect(Buffer.from([0, ...box]).toString("base64")).toBe(vector.value ?? "");
  });

  const openable = [...vectors("sealed-boxes", "sealed"), ...vectors("sealed-boxes", "opened")];
  describe.each(curves)("with X25519 %s", (_, { importKey }) => {
    test.each(openable)("is opened: $note", ({ value = "", private_key = "", plaintext }) => {
      expect(toHex(openValue(value, importKey(hex(private_key))))).toBe(plaintext);
    });

    test.each(vectors("sealed-boxes", "cannot_be_opened"))("is not opened: $note", (vector) => {
      expect(openValue(vector.value ?? "", importKey(hex(vector.private_key ?? "")))).toBeUndefined();
    });
  });
});

describe("an owner's copy of a domain's key", () => {
  const open = (vector: Vector): string | undefined => {
    const { custodian: name = "", passphrase = "", pwdkm = "", entry = "", public_key = "" } = vector;
    const unlocked = unlockCustodian({ name, passphrase }, pwdkm);
    if (!unlocked) throw new Error("wrong passphrase");
    if (sealedKeyProblem(entry) !== undefined) throw new Error("no owner entry");
    const domain: Domain = { publicKey: public_key, owners: new Map([[name, entry]]), secrets: new Map() };
    return toHex(openDomainKey("d", domain, unlocked).bytes());
  };

  test.each(vectors("owner-entries", "opened"))("is opened: $custodian", (vector) => {
    expect(open(vector)).toBe(vector.domain_private_key);
  });

  test.each(vectors("owner-entries", "cannot_be_opened"))("is not opened: $note", (vector) => {
    expect(() => open(vector)).toThrow();
  });
});

describe("an entry", () => {
  const problems: Readonly<Record<string, (value: string) => string | undefined>> = {
    public_key: publicKeyProblem,
    sealed_value: sealedValueProblem,
    owner_entry: sealedKeyProblem,
    key_material: keyMaterialProblem,
  };
  const problemOf = ({ kind = "", value = "" }: Vector): string | undefined => problems[kind]?.(value);

  test("of each kind is among the vectors", () => {
    const kinds = [...vectors("entries", "accepted"), ...vectors("entries", "refused")].map(
      ({ kind }) => kind,
    );
    expect([...new Set(kinds)].toSorted()).toEqual(Object.keys(problems).toSorted());
  });

  test.each(vectors("entries", "accepted"))("is well-formed: $kind $value", (vector) => {
    expect(problemOf(vector)).toBeUndefined();
  });

  test.each(vectors("entries", "refused"))("is refused: $kind, $why", (vector) => {
    expect(problemOf(vector)).toBeString();
  });
});

interface DocumentVector {
  readonly note: string;
  readonly text: string;
  readonly store: {
    readonly domains: Readonly<
      Record<string, { public_key: string; owners: Record<string, string>; secrets: Record<string, string> }>
    >;
    readonly custodians: Readonly<Record<string, string>>;
    readonly audit_log: readonly string[];
  };
}

function storeOf({ store }: DocumentVector): StoreData {
  const domains = Object.entries(store.domains).map(([name, { public_key, owners, secrets }]) => {
    const domain: Domain = {
      publicKey: public_key,
      owners: new Map(Object.entries(owners)),
      secrets: new Map(Object.entries(secrets)),
    };
    return [name, domain] as const;
  });
  return {
    domains: new Map(domains),
    custodians: new Map(Object.entries(store.custodians)),
    auditLog: store.audit_log,
  };
}

describe("a document", () => {
  test.each(vectors<DocumentVector>("documents", "written"))("is written to the byte: $note", (vector) => {
    expect(writeStore(storeOf(vector))).toBe(vector.text);
    expect(KeyFile.parse(Buffer.from(vector.text), "s").data).toEqual(storeOf(vector));
  });

  test.each(vectors<DocumentVector>("documents", "read"))(
    "is read, whatever its spelling: $note",
    (vector) => {
      expect(KeyFile.parse(Buffer.from(vector.text), "s").data).toEqual(storeOf(vector));
    },
  );

  test.each(vectors("refused", "vectors"))("is refused: $why", ({ base64 = "" }) => {
    const bytes = decodeBase64(base64) ?? new Uint8Array();
    let refusal: unknown;
    try {
      KeyFile.parse(bytes, "s");
    } catch (error) {
      refusal = error;
    }
    expect(refusal instanceof InvalidStoreError || refusal instanceof UnresolvedMergeError).toBe(true);
  });
});

interface StoreVector {
  readonly note: string;
  readonly text: string;
  readonly passphrases: Readonly<Record<string, string>>;
  readonly owners: Readonly<Record<string, readonly string[]>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

test.each(vectors<StoreVector>("stores", "vectors"))("a whole store: $note", (vector) => {
  const store = KeyFile.parse(Buffer.from(vector.text), "s");
  expect(store.toString()).toBe(vector.text);
  const owners = [...store.data.domains].map(([name, { owners }]) => [name, [...owners.keys()].toSorted()]);
  const expected = Object.entries(vector.owners).map(([name, all]) => [name, all.toSorted()]);
  expect(Object.fromEntries(owners)).toEqual(Object.fromEntries(expected));
  for (const [name, passphrase] of Object.entries(vector.passphrases)) {
    for (const domain of store.domainsOf(name).slice(0, 3)) {
      expect(secretsOf(store, domain, { name, passphrase })).toEqual(vector.secrets[domain] ?? {});
    }
  }
});

describe("a proof", () => {
  const isProven = ({ entry = "", domain = "", from = "", to = "" }: Vector): boolean =>
    provenRotation([entry], domain, domainFingerprint({ publicKey: from }), to) !== undefined;
  const isGranted = ({ entry = "", domain = "", key = "", owner = "", owner_key = "" }: Vector): boolean => {
    const publicKey = decodePublicKey(owner_key);
    const pwdkm = encodeKeyMaterial({ derivation: { kind: "raw" }, salt: new Uint8Array(8), publicKey });
    return provenGrant([entry], domain, key, owner, pwdkm);
  };
  test.each(vectors("proofs", "rotations"))("of a rotation: $note", (vector) =>
    expect(isProven(vector)).toBe(true),
  );
  test.each(vectors("proofs", "grants"))("of a grant: $note", (vector) =>
    expect(isGranted(vector)).toBe(true),
  );
  test.each(vectors("proofs", "invalid_rotations"))("of a rotation is none: $note", (vector) =>
    expect(isProven(vector)).toBe(false),
  );
  test.each(vectors("proofs", "invalid_grants"))("of a grant is none: $note", (vector) =>
    expect(isGranted(vector)).toBe(false),
  );
});

test("an ephemeral private key is one that the vectors' own recipients can agree with", () => {
  for (const { ephemeral_private_key = "", public_key = "", shared } of vectors("sealed-boxes", "sealed")) {
    expect(toHex(importPrivateKey(hex(ephemeral_private_key)).agree(hex(public_key)))).toBe(shared);
  }
});
