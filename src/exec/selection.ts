import { PprotectError } from "../common/errors.ts";
import { suggest } from "../common/suggest.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { Source } from "../sources/cascade.ts";
import { findDomain } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import { dangerOf, describeDanger } from "./dangerous-variables.ts";
import type { RequestedFile } from "./manifest-entry.ts";
import { checkPrefix, type NamingOptions, variableName } from "./variable-names.ts";

/** A secret that was selected, and the variable to put it in. */
interface Selected {
  readonly variable: string;
  /** The secret's name. */
  readonly name: string;
  /** A manifest's wish to have it as a file. */
  readonly file?: RequestedFile;
}

/** A secret to open. */
export interface SecretChoice extends Selected {
  readonly domain: string;
}

/** A secret whose value another source than the store has given. */
export interface GivenSecret extends Selected {
  readonly source: Source;
  readonly value: string;
}

export type Choice = SecretChoice | GivenSecret;

/** A {@link Choice} with its plaintext value. */
export interface ChosenSecret extends Selected {
  readonly value: string;
  /** Where it comes from, if not from the store. */
  readonly source?: Source;
}

/** Whether a choice is a secret of the store, which has to be opened. */
export function isSealed(choice: Choice): choice is SecretChoice {
  return "domain" in choice;
}

/** Whether the value of a secret can be read by anyone who can read the project: it need not be redacted. */
export function isPublic({ source }: Pick<ChosenSecret, "source">): boolean {
  return source === "default";
}

/** Which secrets to select, and how to name their variables. */
export interface SelectionOptions extends NamingOptions {
  /** All secrets of these domains, in this order. */
  readonly domains: readonly string[];
  /** If two domains define the same variable, the later one wins; otherwise that is an error. */
  readonly override: boolean;
  /** Globs over secret names. If there are any, a secret must match at least one. */
  readonly only: readonly string[];
  /** Globs over secret names. A secret that matches one is left out. */
  readonly except: readonly string[];
  /** The secrets are printed, not passed to a program: a variable that steers programs is noted, not refused. */
  readonly note?: (message: string) => void;
}

/**
 * Selects secrets by domain and name. Opens none, so a wrong selection is reported before a passphrase is needed.
 *
 * @returns each variable once, in the order of the domains and their secrets
 * @throws PprotectError `no_such_domain`; `no_such_secret` for a glob that matches nothing; `usage` when nothing is
 *   selected or a domain is given twice; `environment` when two secrets get the same variable, or a variable is
 *   dangerous
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
    throw new PprotectError("usage", "--only/--except match no secrets");
  }
  for (const choice of chosen) {
    if (options.only.includes(choice.name)) refuseDangerous(choice, () => undefined);
    else refuseDangerous(choice, options.note);
  }
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

/** @throws PprotectError `no_such_secret` when the pattern matches nothing: it is misspelt */
function glob(option: string, pattern: string, names: readonly string[]): Bun.Glob {
  const matching = new Bun.Glob(pattern);
  if (names.some((name) => matching.match(name))) return matching;
  const near = suggest(pattern.replace(/[*?]/g, ""), names);
  throw new PprotectError(
    "no_such_secret",
    `${option} "${displayName(pattern)}" matches no secrets`,
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
      `secrets "${displayName(first.name)}" and "${displayName(second.name)}" would both become variable ${variable}`,
      "rename one of them, exclude one with --except, or omit --uppercase",
    );
  }
  return new PprotectError(
    "environment",
    `"${displayName(first.domain)}" and "${displayName(second.domain)}" both define variable ${variable}`,
    "use --override to let the later one win, or select with --only and --except",
  );
}

/**
 * Refuses a secret whose variable would make programs run code or steer them.
 *
 * @param note what to do with one that steers programs: gets a line for the user. Without it, that is refused too
 * @throws PprotectError `environment`
 */
export function refuseDangerous(
  { variable, name }: Pick<SecretChoice, "variable" | "name">,
  note?: (message: string) => void,
): void {
  const danger = dangerOf(variable);
  if (danger === undefined) return;
  const message = `secret "${displayName(name)}" would set ${describeDanger(displayName(variable), danger)}`;
  if (danger === "steers" && note) note(`note: ${message}`);
  else if (danger === "steers") {
    throw new PprotectError(
      "environment",
      message,
      `to allow it, name it: --only ${displayName(name)}, or list it in .secrets.json; or use --prefix, or --except`,
    );
  } else {
    throw new PprotectError(
      "environment",
      message,
      "use --prefix, exclude it with --except, or rename the secret",
    );
  }
}
