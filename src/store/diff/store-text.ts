import { sortedByKey } from "../../common/code-points.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { decodeKeyMaterial, keyMaterialProblem, keyTypeOf } from "../format/key-material.ts";
import { publicKeyProblem } from "../format/sealed-value.ts";
import type { Domain, StoreData } from "../store-data.ts";
import { displayFingerprint, domainFingerprint, keyFingerprint } from "../trust/fingerprint.ts";
import { isProof } from "../trust/proof.ts";
import { fingerprint } from "./fingerprint.ts";

/**
 * A store as lines for people and for `git diff`: one line per entry, with names as they are and a fingerprint for each
 * sealed value and public key. A change in the store changes only the lines of the entries concerned.
 *
 * The heading of a section is not indented: git repeats such a line after the `@@` of a hunk, so a diff in the middle
 * of a long domain still names the domain.
 */
export function storeLines(store: StoreData): string[] {
  return [
    ...[...sortedByKey(store.domains)].flatMap(([name, domain]) => domainLines(name, domain)),
    "key custodians",
    ...[...sortedByKey(store.custodians)].map(
      ([name, pwdkm]) => `  ${escapeUnprintable(name)}  ${describeKey(pwdkm)}`,
    ),
    "audit log",
    ...store.auditLog.map((entry) => `  ${escapeUnprintable(shortProof(entry))}`),
  ];
}

/** The type of a custodian's key, in the words of `--key-type`. */
export function keyTypeIn(pwdkm: string): string {
  return keyMaterialProblem(pwdkm) === undefined ? keyTypeOf(decodeKeyMaterial(pwdkm)) : "unknown key type";
}

function domainLines(name: string, domain: Domain): string[] {
  return [
    `domain ${escapeUnprintable(name)}  key ${describePublicKey(domain.publicKey)}`,
    ...[...sortedByKey(domain.owners)].map(([owner, sealed]) => entryLine("owner", owner, sealed)),
    ...[...sortedByKey(domain.secrets)].map(([secret, sealed]) => entryLine("secret", secret, sealed)),
  ];
}

function entryLine(kind: string, name: string, sealed: string): string {
  return `  ${kind} ${escapeUnprintable(name)}  ${fingerprint(sealed)}`;
}

/** Everything in `pwdkm`. With the salt too, because a change of the salt alone must show. */
function describeKey(pwdkm: string): string {
  if (keyMaterialProblem(pwdkm) !== undefined) return `${keyTypeIn(pwdkm)}  ${fingerprint(pwdkm)}`;
  const { publicKey, salt } = decodeKeyMaterial(pwdkm);
  return `${keyTypeIn(pwdkm)}  key ${displayFingerprint(keyFingerprint(publicKey))}  salt ${Buffer.from(salt).toString("hex")}`;
}

/** The fingerprint that people compare; what is not a key, such as in a forged proof, has the one of any text. */
function describePublicKey(publicKey: string): string {
  if (publicKeyProblem(publicKey) !== undefined) return fingerprint(publicKey);
  return displayFingerprint(domainFingerprint({ publicKey }));
}

const KEY = /(?<= )A[A-Za-z0-9+/]{43}(?=[ :])/g;
const SIGNATURE = /(?<=: )[A-Za-z0-9+/]{86}==$/;

/** A proof with fingerprints in place of its keys and its signature. */
function shortProof(entry: string): string {
  if (!isProof(entry)) return entry;
  return entry.replace(SIGNATURE, (signature) => fingerprint(signature)).replace(KEY, describePublicKey);
}
