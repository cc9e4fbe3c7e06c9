import { codePoints, sortedByKey } from "../../common/code-points.ts";
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
} from "../store-data.ts";
import { writeFoldedScalar, writeScalar } from "./yaml-scalar.ts";

/** A YAML mapping, with its entries in the order in which to write them. */
interface Mapping {
  readonly empty: boolean;
  readonly entries: Iterable<Entry>;
}

type Entry = readonly [key: string, value: string | Mapping];

/** Receives the text in pieces. */
type Emit = (piece: string) => void;

/** Keys with at least this many code points are written after `? ` (ruamel.yaml's limit for simple keys). */
const LONG_KEY = 123;

/** Writes a store in its canonical form (FORMAT.md, "Document"): the same data always gives the same text. */
export function writeStore(store: StoreData): string {
  const pieces: string[] = [];
  emitStore((piece) => pieces.push(piece), store);
  return pieces.join("");
}

/** The text of the first entries of an audit log, if it is known. */
interface WrittenEntries {
  readonly count: number;
  readonly text: string;
}

const NONE_WRITTEN: WrittenEntries = { count: 0, text: "" };

/** Whether {@link writeStore} would give this text. Does not build the text. */
export function isWrittenAs(store: StoreData, text: string, written = NONE_WRITTEN): boolean {
  let at = 0;
  emitStore(
    (piece) => {
      at = text.startsWith(piece, at) ? at + piece.length : Number.NaN;
    },
    store,
    written,
  );
  return at === text.length;
}

function emitStore(emit: Emit, store: StoreData, written = NONE_WRITTEN): void {
  emitMapping(emit, { empty: false, entries: rootEntries(store) }, "", "");
  emitAuditLog(emit, store.auditLog, written);
}

function* rootEntries({ domains, custodians }: StoreData): Generator<Entry> {
  for (const [name, domain] of sortedByKey(domains)) {
    yield [name, { empty: false, entries: domainEntries(domain) }];
  }
  yield [CUSTODIANS_KEY, { empty: custodians.size === 0, entries: custodianEntries(custodians) }];
}

function* domainEntries({ secrets, publicKey, owners }: Domain): Generator<Entry> {
  for (const [name, sealed] of sortedByKey(secrets)) yield [SECRET_PREFIX + name, sealed];
  const meta = [
    [PUBLIC_KEY_KEY, publicKey],
    [OWNERS_KEY, { empty: owners.size === 0, entries: sortedByKey(owners) }],
  ] as const;
  yield [META_KEY, { empty: false, entries: meta }];
}

function* custodianEntries(custodians: StoreData["custodians"]): Generator<Entry> {
  for (const [name, pwdkm] of sortedByKey(custodians)) {
    yield [name, { empty: false, entries: [[PWDKM_KEY, pwdkm]] }];
  }
}

/**
 * @param firstIndent the indent of the first entry; empty when it follows `: ` on the same line
 * @param indent the indent of every other entry
 */
function emitMapping(emit: Emit, mapping: Mapping, firstIndent: string, indent: string): void {
  let start = firstIndent;
  for (const [key, value] of mapping.entries) {
    const explicit = isExplicit(key);
    const written = start + (explicit ? writeExplicitKey(key, indent) : `${writeScalar(key)}:`);
    start = indent;
    if (typeof value === "string") {
      emit(`${written} `);
      // A piece of its own, so that the values of a large store are not copied.
      emit(value);
      emit("\n");
    } else if (value.empty) {
      emit(`${written} {}\n`);
    } else if (explicit) {
      emit(`${written} `);
      emitMapping(emit, value, "", `${indent}  `);
    } else {
      emit(`${written}\n`);
      emitMapping(emit, value, `${indent}  `, `${indent}  `);
    }
  }
}

/** Whether a key is written after `? `, because it is long or contains a line end. */
function isExplicit(key: string): boolean {
  return key.includes("\n") || (key.length >= LONG_KEY && codePoints(key) >= LONG_KEY);
}

function writeExplicitKey(key: string, indent: string): string {
  return `? ${writeFoldedScalar(key, indent.length + 2, `${indent}  `)}\n${indent}:`;
}

function emitAuditLog(emit: Emit, entries: readonly string[], { count, text }: WrittenEntries): void {
  emit(`${AUDIT_LOG_KEY}:${entries.length === 0 ? " []" : ""}\n`);
  if (count > 0) emit(text);
  for (const entry of count > 0 ? entries.slice(count) : entries)
    emit(`- ${writeFoldedScalar(entry, 2, "  ")}\n`);
}
