import { PprotectError } from "../common/errors.ts";
import { nearest } from "../common/suggest.ts";
import { displayName } from "../common/terminal-safe.ts";
import { findDomain } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import { checkPrefix, type NamingOptions, runsCode, variableName } from "./variable-names.ts";

/** A secret that is to be opened, and the variable that it becomes. */
export interface SecretChoice {
  readonly variable: string;
  readonly domain: string;
  /** The secret's name. */
  readonly name: string;
}

/** A {@link SecretChoice} in the clear. */
export interface ChosenSecret extends SecretChoice {
  readonly value: string;
}

/** Which secrets of a store are chosen, and what they are called. */
export interface SelectionOptions extends NamingOptions {
  /** In this order; the secrets of all of them. */
  readonly domains: readonly string[];
  /** Where two domains give one variable, the later one does. */
  readonly override: boolean;
  /** Globs over secret names; with any, a secret must match one of them. */
  readonly only: readonly string[];
  /** Globs over secret names; a secret that matches one is left out. */
  readonly except: readonly string[];
}

/**
 * Chooses secrets by domain and name, before any is opened: what is wrong with a choice is said without a
 * passphrase.
 *
 * @returns each variable once, in the order of the domains and of their secrets
 * @throws PprotectError `no_such_domain`; `no_such_secret` for a glob that matches nothing; `usage` when nothing
 *   is left or a domain is named twice; `environment` when two secrets get one variable, or one would run code
 */
export function selectSecrets(store: StoreData, options: SelectionOptions): SecretChoice[] {
  checkPrefix(options.prefix);
  refuseTwice(options.domains);
  const all = options.domains.map((domain) => ({
    domain,
    names: [...findDomain(store, domain).secrets.keys()],
  }));
  const matches = matcher(options, [...new Set(all.flatMap(({ names }) => names))]);
  const byDomain = all.map(({ domain, names }) =>
    names.filter(matches).map((name) => ({ variable: variableName(name, options), domain, name })),
  );
  const chosen = merge(byDomain, options.override);
  if (chosen.length === 0 && options.only.length + options.except.length > 0) {
    throw new PprotectError("usage", "--only and --except leave no secret");
  }
  chosen.forEach(refuseCode);
  return chosen;
}

function refuseTwice(domains: readonly string[]): void {
  const twice = domains.find((domain, index) => domains.indexOf(domain) !== index);
  if (twice !== undefined) throw new PprotectError("usage", `--domain ${displayName(twice)} is given twice`);
}

function matcher({ only, except }: SelectionOptions, names: readonly string[]): (name: string) => boolean {
  const wanted = only.map((pattern) => glob("--only", pattern, names));
  const unwanted = except.map((pattern) => glob("--except", pattern, names));
  return (name) =>
    (wanted.length === 0 || wanted.some((each) => each.match(name))) &&
    !unwanted.some((each) => each.match(name));
}

/** @throws PprotectError `no_such_secret`: what matches nothing is misspelt, and would choose too little or too much */
function glob(option: string, pattern: string, names: readonly string[]): Bun.Glob {
  const matching = new Bun.Glob(pattern);
  if (names.some((name) => matching.match(name))) return matching;
  const near = nearest(pattern.replace(/[*?]/g, ""), names);
  throw new PprotectError(
    "no_such_secret",
    `${option} "${displayName(pattern)}" matches no secret`,
    near === undefined ? "`pprotect list-domain-secrets` lists them" : `did you mean "${displayName(near)}"?`,
  );
}

function merge(byDomain: readonly (readonly SecretChoice[])[], override: boolean): SecretChoice[] {
  const merged = new Map<string, SecretChoice>();
  for (const choice of byDomain.flat()) {
    const other = merged.get(choice.variable);
    if (other && (other.domain === choice.domain || !override)) throw collision(other, choice);
    merged.set(choice.variable, choice);
  }
  return [...merged.values()];
}

function collision(first: SecretChoice, second: SecretChoice): PprotectError {
  const { variable } = first;
  if (first.domain === second.domain) {
    return new PprotectError(
      "environment",
      `secrets "${displayName(first.name)}" and "${displayName(second.name)}" would both become the variable ${variable}`,
      "rename one of them, leave one out with --except, or leave out --uppercase",
    );
  }
  return new PprotectError(
    "environment",
    `domains "${displayName(first.domain)}" and "${displayName(second.domain)}" both give the variable ${variable}`,
    "give --override to take it from the later one, or choose with --only and --except",
  );
}

function refuseCode({ variable, name }: SecretChoice): void {
  if (!runsCode(variable)) return;
  throw new PprotectError(
    "environment",
    `secret "${displayName(name)}" would set ${variable}, which can make the program run other code`,
    "give --prefix, leave it out with --except, or rename the secret",
  );
}
