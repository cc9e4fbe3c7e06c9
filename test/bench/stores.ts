import { writeFileSync } from "node:fs";
import { generateRawPassphrase } from "../../src/crypto/raw-passphrase.ts";
import type { KeyType } from "../../src/store/custodian.ts";
import { sealSecret } from "../../src/store/domain.ts";
import { KeyFile } from "../../src/store/key-file.ts";

/** Who owns the domain `dev` of every store here. */
export const OWNER = "owner@example.com";

export interface BenchStore {
  readonly file: KeyFile;
  readonly passphrase: string;
}

/** A store whose domain `dev` has `secrets` secrets of 40 characters and one owner. */
export function storeOf(secrets: number, keyType: KeyType): BenchStore {
  const passphrase = keyType === "raw" ? generateRawPassphrase() : "correct horse battery staple";
  const empty = KeyFile.create().addCustodian({ name: OWNER, passphrase }, keyType).addDomain("dev", OWNER);
  return { file: withSecrets(empty, "secret", secrets), passphrase };
}

/** More secrets in `dev`, sealed in one go: one operation each would copy the store each time. */
export function withSecrets(file: KeyFile, name: string, count: number): KeyFile {
  const domain = file.data.domains.get("dev");
  if (!domain) throw new Error("no domain dev");
  const secrets = new Map(domain.secrets);
  for (let i = 0; i < count; i++) {
    const suffix = String(i).padStart(6, "0");
    secrets.set(`${name}-${suffix}`, sealSecret(domain, `value ${suffix} `.padEnd(40, "x")));
  }
  const domains = new Map(file.data.domains).set("dev", { ...domain, secrets });
  return KeyFile.from({ ...file.data, domains });
}

/** Ten owners of `dev`, each with a hard key: only the first one's passphrase is ever needed. */
export function storeOfTenOwners(): BenchStore {
  const { file, passphrase } = storeOf(10, "hard");
  const owner = file.unlock({ name: OWNER, passphrase });
  if (!owner) throw new Error("wrong passphrase");
  const others = Array.from({ length: 9 }, (_, i) => `owner-${i}@example.com`);
  const grown = others.reduce(
    (all, name) =>
      all.addCustodian({ name, passphrase: generateRawPassphrase() }, "raw").addOwner("dev", name, owner),
    file,
  );
  return { file: grown, passphrase };
}

/** Twenty domains of one owner with a hard key, and a custodian who owns none of them. */
export function storeOfTwentyDomains(): BenchStore {
  const { file, passphrase } = storeOf(10, "hard");
  const names = Array.from({ length: 19 }, (_, i) => `domain-${i}`);
  const grown = names.reduce((all, name) => all.addDomain(name, OWNER), file);
  return {
    file: grown.addCustodian({ name: "new@example.com", passphrase: generateRawPassphrase() }, "raw"),
    passphrase,
  };
}

/** Writes a store and its owner's passphrase file into a folder. */
export function putStore(folder: string, { file, passphrase }: BenchStore): void {
  writeFileSync(`${folder}/protected.yaml`, file.toString());
  writeFileSync(`${folder}/pass`, `${passphrase}\n`, { mode: 0o600 });
}
