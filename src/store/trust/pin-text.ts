import { isFingerprint } from "./fingerprint.ts";
import { type DomainPin, MAX_OLDER_KEYS, type Pins } from "./pins.ts";

/** The pins of one store as a file holds them, and by what the store is found again. */
export interface PinRecord {
  /** The store's real path. */
  readonly path: string;
  /** Digests of the remotes of its repository with its path in there. */
  readonly remotes: readonly string[];
  readonly pins: Pins;
}

const VERSION = 1;

/** As a file holds it: names are values, never keys of an object. */
export function formatPins({ path, remotes, pins }: PinRecord): string {
  const named = (map: ReadonlyMap<string, string>) => [...map].map(([name, key]) => ({ name, key }));
  const domains = [...pins.domains].map(([name, { key, older, owners, removed }]) => ({
    name,
    key: key ?? null,
    older,
    owners: named(owners),
    removed: [...removed],
  }));
  return `${JSON.stringify({ version: VERSION, path, remotes, domains, custodians: named(pins.custodians) })}\n`;
}

/** Reads what {@link formatPins} wrote. @returns `undefined` for anything else */
export function parsePins(text: string): PinRecord | undefined {
  try {
    return recordOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** @throws TypeError for what is not a record */
function recordOf(value: unknown): PinRecord {
  const record = fields(value);
  if (record.version !== VERSION) throw new TypeError();
  return {
    path: text(record.path),
    remotes: list(record.remotes).map(digest),
    pins: {
      domains: new Map(list(record.domains).map(domainOf)),
      custodians: new Map(list(record.custodians).map(namedKey)),
    },
  };
}

function domainOf(value: unknown): [name: string, pin: DomainPin] {
  const { name, key, older, owners, removed } = fields(value);
  return [
    text(name),
    {
      key: key === null ? undefined : digest(key),
      older: list(older).slice(0, MAX_OLDER_KEYS).map(digest),
      owners: new Map(list(owners).map(namedKey)),
      removed: new Set(list(removed).map(text)),
    },
  ];
}

function namedKey(value: unknown): [name: string, key: string] {
  const { name, key } = fields(value);
  return [text(name), digest(key)];
}

function fields(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new TypeError();
  return value as Record<string, unknown>;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new TypeError();
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError();
  return value;
}

/** SHA-256 in hex. */
function digest(value: unknown): string {
  const digits = text(value);
  if (!isFingerprint(digits)) throw new TypeError();
  return digits;
}
