import * as t from "typanion";
import { sha256Hex } from "../../crypto/runtime-crypto.ts";

/** `t.isArray(t.isString())`, which makes three objects of each of what may be very many names. */
const isNames = t.makeValidator<unknown, string[]>({
  test: (value): value is string[] => Array.isArray(value) && value.every((name) => typeof name === "string"),
});

const isSecretNames = t.isObject({
  store: t.isOptional(t.isString()),
  domain: t.isString(),
  /** Names of secrets; left out where the domain as a whole is meant. */
  secrets: t.isOptional(isNames),
});

/** What an entry says. Never a value. */
const FIELDS = {
  /** What was done: a command's name, `lease`, `lease_ended`, `revoke`, `heartbeat_missed` and the like. */
  action: t.isString(),
  /** `ok`, an error code, or why a lease ended. */
  result: t.isString(),
  domains: t.isOptional(t.isArray(isSecretNames)),
  custodian: t.isOptional(t.isString()),
  client: t.isOptional(t.isString()),
  /** A lease's id. */
  lease: t.isOptional(t.isString()),
  pid: t.isOptional(t.isNumber()),
  /** The name of a program, without its arguments. */
  program: t.isOptional(t.isString()),
  /** How often a lease was used. */
  uses: t.isOptional(t.isNumber()),
  reason: t.isOptional(t.isString()),
};

const isContent = t.isObject(FIELDS);

const isEntry = t.isObject({
  /** Counts up by one with each entry, from 1. */
  seq: t.isNumber(),
  /** The {@link lineHash} of the entry before; empty for the first. */
  prev: t.isString(),
  /** ISO 8601, UTC. */
  time: t.isString(),
  ...FIELDS,
});

/** What is to be written; the log adds the time, the number and the hash. */
export type AccessContent = Readonly<t.InferType<typeof isContent>>;
export type AccessEntry = Readonly<t.InferType<typeof isEntry>>;

/** The SHA-256 of an entry's line without its line end, hex. */
export function lineHash(line: string): string {
  return sha256Hex(line);
}

/** @param last the line of the entry before; left out for the first of all */
export function nextLine(content: AccessContent, last: string | undefined, now: Date): string {
  const before = last === undefined ? undefined : parseEntry(last);
  const entry = {
    seq: (before?.seq ?? 0) + 1,
    prev: last === undefined ? "" : lineHash(last),
    time: now.toISOString(),
    ...content,
  };
  return JSON.stringify(entry);
}

/** @returns `undefined` when the line is not an entry, or only a part of one */
export function parseEntry(line: string): AccessEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}
