import { sortedByKey } from "../../common/code-points.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { decodeKeyMaterial, keyMaterialProblem, keyTypeOf } from "../format/key-material.ts";
import type { Domain, StoreData } from "../store-data.ts";
import { fingerprint } from "./fingerprint.ts";

/**
 * A store as lines for people and for `git diff`: one entry a line, names as they are, a fingerprint for each
 * sealed value and public key. Whatever changes in the store changes the lines of just those entries.
 *
 * The heading of a section starts at the left edge: that is the line that git repeats behind the `@@` of a
 * hunk, so a diff in the middle of a long domain still names it.
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

/** The type of a custodian's key, as the command line names it. */
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

/** All that `pwdkm` says: were the salt left out, a change of it alone would not show. */
function describeKey(pwdkm: string): string {
  if (keyMaterialProblem(pwdkm) !== undefined) return `${keyTypeIn(pwdkm)}  ${fingerprint(pwdkm)}`;
  const { publicKey, salt } = decodeKeyMaterial(pwdkm);
  return `${keyTypeIn(pwdkm)}  key ${fingerprint(publicKey)}  salt ${Buffer.from(salt).toString("hex")}`;
}
