import { codePoints, sortedEntries } from "./code-points.ts";
import {
  AUDIT_LOG_KEY,
  CUSTODIANS_KEY,
  type Domain,
  META_KEY,
  OWNERS_KEY,
  PUBLIC_KEY_KEY,
  PWDKM_KEY,
  SECRET_PREFIX,
  type StoreData,
} from "./store-data.ts";
import { writeFoldedScalar, writeScalar } from "./yaml-scalar.ts";

/** A YAML mapping, its entries in the order they are written. */
type Mapping = readonly (readonly [key: string, value: string | Mapping])[];

/** From this many code points on, a key is written after `? ` (ruamel.yaml's limit for simple keys). */
const LONG_KEY = 123;

/** A store in its one canonical form (FORMAT.md, "Document"): the same data always gives the same bytes. */
export function writeStore(store: StoreData): string {
  const root: Mapping = [
    ...sortedEntries(store.domains).map(([name, domain]) => [name, domainMapping(domain)] as const),
    [CUSTODIANS_KEY, sortedEntries(store.custodians).map(([name, pwdkm]) => [name, [[PWDKM_KEY, pwdkm]]])],
  ];
  const out: string[] = [];
  writeMapping(out, root, "", "");
  writeAuditLog(out, store.auditLog);
  return out.join("");
}

function domainMapping(domain: Domain): Mapping {
  return [
    ...sortedEntries(domain.secrets).map(([name, sealed]) => [SECRET_PREFIX + name, sealed] as const),
    [
      META_KEY,
      [
        [PUBLIC_KEY_KEY, domain.publicKey],
        [OWNERS_KEY, sortedEntries(domain.owners)],
      ],
    ],
  ];
}

/**
 * @param firstIndent what the first entry starts with: nothing when it follows `: ` on the same line
 * @param indent what every other entry starts with
 */
function writeMapping(out: string[], mapping: Mapping, firstIndent: string, indent: string): void {
  for (const [index, [key, value]] of mapping.entries()) {
    out.push(index === 0 ? firstIndent : indent);
    const explicit = isExplicit(key);
    out.push(explicit ? writeExplicitKey(key, indent) : `${writeScalar(key)}:`);
    if (typeof value === "string") {
      out.push(` ${value}\n`);
    } else if (value.length === 0) {
      out.push(" {}\n");
    } else if (explicit) {
      out.push(" ");
      writeMapping(out, value, "", `${indent}  `);
    } else {
      out.push("\n");
      writeMapping(out, value, `${indent}  `, `${indent}  `);
    }
  }
}

/** Whether a key is written after `? `: it is long, or holds a line end. */
function isExplicit(key: string): boolean {
  return key.includes("\n") || (key.length >= LONG_KEY && codePoints(key) >= LONG_KEY);
}

function writeExplicitKey(key: string, indent: string): string {
  return `? ${writeFoldedScalar(key, indent.length + 2, `${indent}  `)}\n${indent}:`;
}

function writeAuditLog(out: string[], entries: readonly string[]): void {
  if (entries.length === 0) {
    out.push(`${AUDIT_LOG_KEY}: []\n`);
    return;
  }
  out.push(`${AUDIT_LOG_KEY}:\n`);
  for (const entry of entries) out.push(`- ${writeFoldedScalar(entry, 2, "  ")}\n`);
}
