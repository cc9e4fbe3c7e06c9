import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { encodeUtf8 } from "../common/utf8.ts";
import { wipe } from "../crypto/bytes.ts";
import { type Lookup, orderProblem, resolveCascade, type Source } from "../sources/cascade.ts";
import { lookUpInStore } from "../sources/in-store.ts";
import { defaultVariable, lookUpGiven, lookUpKeyring, lookUpVariable } from "../sources/lookups.ts";
import { notFound } from "../sources/not-found.ts";
import { DEFAULT_SOPS_FILE, SopsSource } from "../sources/sops-source.ts";
import { splitSecretPath } from "../store/secret-path.ts";
import { readKeyring } from "../system/keyring.ts";
import { requireText } from "./arguments.ts";
import { type LookupEnvironment, lookupEnvironment } from "./environment-credentials.ts";
import { libraryError } from "./errors.ts";
import { Secret, type SecretSource } from "./secret.ts";
import { sharedStore } from "./shared-store.ts";
import type { Store } from "./store.ts";

/** How {@link resolveSecret} finds a value. */
export interface ResolveOptions {
  /**
   * The sources, in the order in which they are asked; the store alone by default. A source that lacks the value is
   * passed over. One that fails ends the search: no other value takes the place of one that cannot be read. Where the
   * list does not have them, `override` comes before all others if it is given, and `default` after them.
   */
  readonly from?: readonly SecretSource[];
  /** The value, for the source `override`: in tests, or from an option of the application. */
  readonly override?: string | Uint8Array | undefined;
  /** The value where no other source has one, for the source `default`. */
  readonly default?: string | Uint8Array | undefined;
  /** Whether a value that no source has is an error; `true` by default. */
  readonly required?: boolean;
  /** The variable for the source `env`; for `prod/db-password` it is `DB_PASSWORD` by default. */
  readonly variable?: string;
  /** The entry of the system's keyring for the source `keyring`. Only Bun can read it; in Node there is no keyring. */
  readonly keyring?: { readonly service: string; readonly account: string };
  /** The value in a file of SOPS for the source `sops`: `secrets.sops.yml` and the secret's name by default. */
  readonly sops?: {
    /** Relative to the current directory, and in its repository. */
    readonly file?: string;
    /** The keys that lead to the value, joined by dots; `\\.` is a dot of a key. */
    readonly key?: string;
  };
  /** The store; by default the nearest one, with credentials of the environment, opened when it is first needed. */
  readonly store?: Store;
}

/**
 * Finds the value of a secret. Declare it with `using`: its bytes are overwritten at the end of the block.
 *
 * @param name `DOMAIN/SECRET`, or the name of a secret that only one domain has
 * @returns with `required: false`, `undefined` when no source has a value
 * @throws SecretNotFoundError when no source has a value, or the store lacks the domain; SecretDecryptionError when the
 *   store or SOPS has it and it cannot be decrypted; KeyringUnavailableError; PprotectError for a store or another file
 *   that cannot be read, a key that is not accepted (`untrusted_key`), and options that are wrong (`usage`)
 *
 * @example
 * ```ts
 * using secret = await resolveSecret("prod/db-password", { from: ["env", "store"] });
 * connect({ password: secret.text() });
 * ```
 */
export async function resolveSecret(
  name: string,
  options: ResolveOptions & { readonly required: false },
): Promise<Secret | undefined>;
export async function resolveSecret(
  name: string,
  options?: ResolveOptions & { readonly required?: true },
): Promise<Secret>;
export async function resolveSecret(name: string, options?: ResolveOptions): Promise<Secret | undefined>;
export async function resolveSecret(name: string, options: ResolveOptions = {}): Promise<Secret | undefined> {
  try {
    return await resolved(name, options);
  } catch (error) {
    throw libraryError(error);
  }
}

async function resolved(name: string, options: ResolveOptions): Promise<Secret | undefined> {
  const { required = true } = options;
  requireText(name, "the name of the secret");
  for (const source of ["override", "default"] as const)
    if (options[source] !== undefined && !(options[source] instanceof Uint8Array))
      requireText(options[source], `the option \`${source}\``);
  const resolution = await resolveCascade(orderOf(options), lookups(name, options));
  if (resolution.kind === "failed") throw resolution.error;
  if (resolution.kind === "found") {
    const secret = new Secret(resolution.value, { name, source: resolution.source });
    wipe(resolution.value);
    return secret;
  }
  if (!required) return undefined;
  throw notFound(name, resolution.steps);
}

/** @throws PprotectError `usage` */
function orderOf({ from = ["store"], keyring, ...given }: ResolveOptions): readonly SecretSource[] {
  if (!Array.isArray(from)) throw new PprotectError("usage", "the option `from` must be an array of sources");
  const problem = orderProblem(from, displayName);
  if (problem) throw new PprotectError("usage", problem.message, problem.fix);
  if (from.includes("keyring") && !keyring)
    throw new PprotectError("usage", "the source keyring needs the option `keyring`");
  const isAdded = (source: "override" | "default") => given[source] !== undefined && !from.includes(source);
  return [
    ...(isAdded("override") ? (["override"] as const) : []),
    ...from,
    ...(isAdded("default") ? (["default"] as const) : []),
  ];
}

function lookups(
  name: string,
  options: ResolveOptions,
): Partial<Readonly<Record<Source, Lookup<Uint8Array>>>> {
  const { domain, secret } = splitSecretPath(name) ?? { domain: undefined, secret: name };
  const store = async () => options.store ?? (await sharedStore());
  const { keyring, sops, variable = defaultVariable(secret) } = options;
  return {
    override: () => lookUpGiven(bytesOf(options.override)),
    env: () => {
      const { variables, credentials } = environmentOf(options.store);
      return lookUpVariable(variable, variables, credentials);
    },
    // In this process: the command line asks in one of its own, which here would be the application once more.
    ...(keyring && { keyring: () => lookUpKeyring(keyring, (entry) => readKeyring(entry)) }),
    store: async () => {
      const opened = await store();
      const found = lookUpInStore(opened.data, domain, secret, "no_such_secret");
      if (found.kind === "missing") return found;
      const [value = new Uint8Array()] = await opened.open([found.value]);
      return { kind: "found", value, detail: found.detail };
    },
    sops: () => {
      const { file = DEFAULT_SOPS_FILE, key = secret } = sops ?? {};
      return new SopsSource(process.cwd(), environmentOf(options.store).variables).lookUp({ file, key });
    },
    default: () => lookUpGiven(bytesOf(options.default)),
  };
}

/** A copy, which is overwritten when the secret has it. */
function bytesOf(value: string | Uint8Array | undefined): Uint8Array | undefined {
  if (typeof value !== "string") return value?.slice();
  if (value.isWellFormed()) return encodeUtf8(value);
  throw new PprotectError("invalid_value", "the value is not valid Unicode text");
}

function environmentOf(store: Store | undefined): LookupEnvironment {
  return store?.environment ?? lookupEnvironment(process.env, undefined);
}
