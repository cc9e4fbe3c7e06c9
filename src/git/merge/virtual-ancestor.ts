import { randomBytes } from "../../crypto/bytes.ts";
import { SALT_BYTES } from "../../crypto/key-derivation.ts";
import { generatePrivateKey } from "../../crypto/x25519/private-key.ts";
import { encodeKeyMaterial } from "../../store/format/key-material.ts";
import { encodePublicKey, sealValue } from "../../store/format/sealed-value.ts";
import { type Domain, type StoreData, unionOfKeys, withEntry } from "../../store/store-data.ts";
import type { ConflictSubject } from "./conflict.ts";
import type { MergeResult } from "./merge-stores.ts";
import { SIDES, type StoreVersions } from "./versions.ts";

/**
 * The merge of two common ancestors, for git to use as the ancestor of a criss-cross merge. What is in conflict gets an
 * entry that neither side has, sealed to keys that are thrown away: later, sides that agree about it merge, and sides that
 * differ are in conflict. With conflict markers instead, no entry of the ancestor could be read.
 */
export function virtualAncestor(versions: StoreVersions, { store, conflicts }: MergeResult): StoreData {
  return conflicts.reduce((merged, { subject }) => withPlaceholder(merged, subject, versions), store);
}

function withPlaceholder(store: StoreData, subject: ConflictSubject, versions: StoreVersions): StoreData {
  switch (subject.kind) {
    case "custodian":
      return withPlaceholderCustodian(store, subject.name);
    case "domain": {
      const domain = placeholderDomain(subject.domain, store, versions);
      return { ...store, domains: withEntry(store.domains, subject.domain, domain) };
    }
    case "secret":
    case "owner": {
      const domain = store.domains.get(subject.domain);
      if (!domain) return store;
      // A domain of one side alone must not look as if it had been there before.
      if (!SIDES.every((side) => versions[side].domains.has(subject.domain))) {
        return withPlaceholder(store, { kind: "domain", domain: subject.domain }, versions);
      }
      const entries = subject.kind === "secret" ? "secrets" : "owners";
      // No owner without a custodian.
      if (subject.kind === "owner" && !store.custodians.has(subject.name)) return store;
      const changed = { ...domain, [entries]: withEntry(domain[entries], subject.name, placeholderBox()) };
      return { ...store, domains: withEntry(store.domains, subject.domain, changed) };
    }
  }
}

/** With the key, every copy of a domain's key that was sealed to it. */
function withPlaceholderCustodian(store: StoreData, name: string): StoreData {
  const domains = [...store.domains].map(([domainName, domain]): [string, Domain] => [
    domainName,
    domain.owners.has(name)
      ? { ...domain, owners: withEntry(domain.owners, name, placeholderBox()) }
      : domain,
  ]);
  return {
    ...store,
    domains: new Map(domains),
    custodians: withEntry(store.custodians, name, placeholderMaterial()),
  };
}

/** Every secret and owner that a side has, all of them placeholders. */
function placeholderDomain(name: string, store: StoreData, { ours, theirs }: StoreVersions): Domain {
  const domains = [ours.domains.get(name), theirs.domains.get(name)];
  const placeholders = (names: readonly string[]): Map<string, string> =>
    new Map(names.map((each) => [each, placeholderBox()]));
  const owners = unionOfKeys(...domains.map((domain) => domain?.owners));
  return {
    publicKey: encodePublicKey(generatePrivateKey().publicKey),
    secrets: placeholders(unionOfKeys(...domains.map((domain) => domain?.secrets))),
    owners: placeholders(owners.filter((owner) => store.custodians.has(owner))),
  };
}

/** 32 random bytes, as long as a domain's key, sealed to a key that is thrown away. */
function placeholderBox(): string {
  return sealValue(randomBytes(32), generatePrivateKey().publicKey);
}

function placeholderMaterial(): string {
  return encodeKeyMaterial({
    derivation: { kind: "raw" },
    salt: randomBytes(SALT_BYTES),
    publicKey: generatePrivateKey().publicKey,
  });
}
