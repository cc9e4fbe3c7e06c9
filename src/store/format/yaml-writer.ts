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
import { isOrdinaryInside, writeFoldedScalar, writeScalar } from "./yaml-scalar.ts";

/** A YAML mapping, with its entries in the order in which to write them. */
interface Mapping {
  readonly empty: boolean;
  /** The first entries, where there may be very many: their keys are these names after a prefix. */
  readonly values?: PrefixedValues;
  readonly entries: Iterable<Entry>;
}

interface PrefixedValues {
  readonly prefix: string;
  readonly values: ReadonlyMap<string, string>;
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

/**
 * Whether {@link writeStore} would give this text. Does not build the text.
 * @param without as many entries at the end of the audit log are not in the text
 */
export function isWrittenAs(store: StoreData, text: string, without = 0): boolean {
  return isEmittedAs(text, (emit) => emitStore(emit, store, without));
}

/** Whether entries of an audit log are written as this text. */
export function areWrittenAs(entries: readonly string[], text: string): boolean {
  return isEmittedAs(text, (emit) => emitEntries(emit, entries));
}

function isEmittedAs(text: string, write: (emit: Emit) => void): boolean {
  let at = 0;
  write((piece) => {
    at = text.startsWith(piece, at) ? at + piece.length : Number.NaN;
  });
  return at === text.length;
}

/** {@link writeStore} in pieces. @param without as many entries at the end of the audit log are left out */
export function emitStore(emit: Emit, store: StoreData, without = 0): void {
  emitMapping(emit, { empty: false, entries: rootEntries(store) }, "", "");
  const { auditLog } = store;
  emit(`${AUDIT_LOG_KEY}:${auditLog.length === 0 ? " []" : ""}\n`);
  emitEntries(emit, without === 0 ? auditLog : auditLog.slice(0, auditLog.length - without));
}

function* rootEntries({ domains, custodians }: StoreData): Generator<Entry> {
  for (const [name, domain] of sortedByKey(domains)) {
    yield [name, domainMapping(domain)];
  }
  yield [CUSTODIANS_KEY, { empty: custodians.size === 0, entries: custodianEntries(custodians) }];
}

function domainMapping({ secrets, publicKey, owners }: Domain): Mapping {
  const meta = [
    [PUBLIC_KEY_KEY, publicKey],
    [OWNERS_KEY, { empty: owners.size === 0, entries: sortedByKey(owners) }],
  ] as const;
  return {
    empty: false,
    values: { prefix: SECRET_PREFIX, values: sortedByKey(secrets) },
    entries: [[META_KEY, { empty: false, entries: meta }]],
  };
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
  if (mapping.values && mapping.values.values.size > 0) {
    emitValues(emit, mapping.values, firstIndent, indent);
    start = indent;
  }
  for (const [key, value] of mapping.entries) {
    const explicit = isExplicit(key);
    const written = start + writeKey(key, indent);
    start = indent;
    if (typeof value === "string") {
      emit(`${written} ${value}\n`);
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

/** Emits values without making any text: a store may have very many. */
function emitValues(
  emit: Emit,
  { prefix, values }: PrefixedValues,
  firstIndent: string,
  indent: string,
): void {
  let start = firstIndent + prefix;
  // With the end of the line before: fewer pieces.
  const further = `\n${indent}${prefix}`;
  // Unlike an iterator, this makes no array of each entry.
  values.forEach((value, name) => {
    if (isPlainAfter(prefix, name)) {
      emit(start);
      emit(name);
      emit(": ");
    } else {
      emit(`${start.slice(0, -prefix.length)}${writeKey(prefix + name, indent)} `);
    }
    emit(value);
    start = further;
  });
  emit("\n");
}

/** Whether a key is written as it is, whatever its first characters, if those are letters. */
function isPlainAfter(prefix: string, name: string): boolean {
  return prefix.length + name.length < LONG_KEY && isOrdinaryInside(name);
}

/** A key with its colon. */
function writeKey(key: string, indent: string): string {
  return isExplicit(key) ? writeExplicitKey(key, indent) : `${writeScalar(key)}:`;
}

/** Whether a key is written after `? `, because it is long or contains a line end. */
function isExplicit(key: string): boolean {
  return key.includes("\n") || (key.length >= LONG_KEY && codePoints(key) >= LONG_KEY);
}

function writeExplicitKey(key: string, indent: string): string {
  return `? ${writeFoldedScalar(key, indent.length + 2, `${indent}  `)}\n${indent}:`;
}

function emitEntries(emit: Emit, entries: readonly string[]): void {
  for (const entry of entries) emit(`- ${writeFoldedScalar(entry, 2, "  ")}\n`);
}
