import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { wipe } from "../crypto/bytes.ts";
import { lookUpInStore, type SecretPlace } from "../sources/in-store.ts";
import { splitSecretPath } from "../store/secret-path.ts";
import { libraryError } from "./errors.ts";
import { sharedStore } from "./shared-store.ts";
import type { Store } from "./store.ts";

/** What a text starts with that refers to a secret: `protected:prod/db-password`. */
const PREFIX = "protected:";

/** Levels of a configuration: more than a parser makes of one that is not an attack. */
const MAX_DEPTH = 200;

/** How {@link resolveReferences} finds values. */
export interface ReferenceOptions {
  /** The store; by default the nearest one, with credentials of the environment. */
  readonly store?: Store;
}

/**
 * Replaces references to secrets in a parsed configuration: each text that is `protected:DOMAIN/SECRET`, or
 * `protected:SECRET` where only one domain has the secret, becomes the secret's value. All are opened together, and only
 * those that the configuration names.
 *
 * Objects and lists are copied; anything else in them, such as a Date, stays the same object. Keys are never replaced. The
 * copy has values in plain text: do not log it.
 *
 * @param configuration what a parser of JSON, YAML or TOML gave
 * @returns a copy with the values
 * @throws SecretNotFoundError with the place of the first reference that leads nowhere; SecretDecryptionError;
 *   PprotectError as {@link resolveSecret}, and `usage` for more than 200 levels
 *
 * @example
 * ```ts
 * const config = await resolveReferences({ db: { user: "app", password: "protected:prod/db-password" } });
 * ```
 */
export async function resolveReferences<Configuration>(
  configuration: Configuration,
  options: ReferenceOptions = {},
): Promise<Configuration> {
  try {
    const places = new Map<string, string>();
    // A configuration that is refused opens nothing.
    copyOf(configuration, (reference, at) => {
      if (!places.has(reference)) places.set(reference, at);
      return reference;
    });
    const values =
      places.size === 0 ? places : await valuesOf(places, options.store ?? (await sharedStore()));
    return copyOf(configuration, (reference) => values.get(reference) ?? reference) as Configuration;
  } catch (error) {
    throw libraryError(error);
  }
}

/** @param places where each reference is in the configuration */
async function valuesOf(
  places: ReadonlyMap<string, string>,
  store: Store,
): Promise<ReadonlyMap<string, string>> {
  const { data } = store;
  const found = [...places].map(([reference, at]): SecretPlace => {
    const name = reference.slice(PREFIX.length);
    const { domain, secret } = splitSecretPath(name) ?? { domain: undefined, secret: name };
    const looked = lookedUp(at, () => lookUpInStore(data, domain, secret, "no_such_secret"));
    if (looked.kind === "found") return looked.value;
    throw new PprotectError("no_such_secret", `${at}: ${looked.detail}`);
  });
  const opened = await store.open(found);
  const values = opened.map((bytes) => decodeUtf8(bytes) ?? "");
  wipe(...opened);
  return new Map([...places.keys()].map((reference, index) => [reference, values[index] ?? ""]));
}

/** Names the place in the configuration. */
function lookedUp<Result>(at: string, look: () => Result): Result {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    throw new PprotectError(error.code, `${at}: ${error.message}`, error.fix, { cause: error });
  }
}

type Replace = (reference: string, at: string) => string;

/** A copy of objects and lists, with replaced references. What is there twice, or holds itself, is so in the copy. */
function copyOf(value: unknown, replace: Replace): unknown {
  const copies = new Map<object, object>();
  const copy = (original: unknown, at: string, depth: number): unknown => {
    if (typeof original === "string")
      return original.startsWith(PREFIX) ? replace(original, at || "configuration") : original;
    if (!isContainer(original)) return original;
    if (depth > MAX_DEPTH) {
      throw new PprotectError("usage", `the configuration has more than ${MAX_DEPTH} levels`);
    }
    const made = copies.get(original);
    if (made) return made;
    const target: object = Array.isArray(original) ? [] : Object.create(Object.getPrototypeOf(original));
    copies.set(original, target);
    for (const [key, each] of Object.entries(original)) {
      const value = copy(each, placeOf(at, key, original), depth + 1);
      // Not by assignment: a key `__proto__` is a key like any other.
      Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return target;
  };
  return copy(value, "", 0);
}

/** Whether a value is a list, or an object such as a parser makes. */
function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || prototype === Object.prototype;
}

function placeOf(at: string, key: string, container: object): string {
  if (Array.isArray(container)) return `${at}[${key}]`;
  return at === "" ? displayName(key) : `${at}.${displayName(key)}`;
}
