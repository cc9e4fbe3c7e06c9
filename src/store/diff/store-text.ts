import { sortedByKey } from "../../common/code-points.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { decodeKeyMaterial, keyMaterialProblem, keyTypeOf } from "../format/key-material.ts";
import type { Domain, StoreData } from "../store-data.ts";
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
    ...store.auditLog.map((entry) => `  ${escapeUnprintable(entry)}`),
  ];
}

/** The type of a custodian's key, in the words of `--key-type`. */
export function keyTypeIn(pwdkm: string): string {
  return keyMaterialProblem(pwdkm) === undefined ? keyTypeOf(decodeKeyMaterial(pwdkm)) : "unknown key type";
}

function domainLines(name: string, domain: Domain): string[] {
  return [
    `domain ${escapeUnprintable(name)}  key ${fingerprint(domain.publicKey)}`,
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
  return `${keyTypeIn(pwdkm)}  key ${fingerprint(publicKey)}  salt ${Buffer.from(salt).toString("hex")}`;
}
