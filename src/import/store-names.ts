import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { secretNameProblem } from "../store/format/names.ts";
import type { ReadEntry } from "./entry.ts";
import { InvalidImportError, invalidImport, type LineProblem } from "./invalid-import.ts";

/** How names are written in the store: as they are, `like-this`, or `LIKE_THIS`. */
export const NAME_STYLES = ["keep", "kebab", "upper"] as const;
export type NameStyle = (typeof NAME_STYLES)[number];

/** Which entries of a file are imported, and under which names. */
export interface ImportNaming {
  readonly style: NameStyle;
  /** Put before each name, as it is. */
  readonly prefix: string;
  /** Taken from the start of each name that has it, before anything else is done. */
  readonly stripPrefix: string;
  /** Globs over the file's own names; with any, a name must match one of them. */
  readonly only: readonly string[];
  /** Globs over the file's own names; a name that matches one is left out. */
  readonly except: readonly string[];
}

/** An entry with the file's own name beside the store's. */
export interface NamedEntry extends ReadEntry {
  readonly original: string;
}

/**
 * Chooses entries and gives them the names that they have in the store.
 *
 * @throws PprotectError `no_such_secret` for a glob that matches nothing, `usage` when `--only` and `--except` leave nothing
 * @throws InvalidImportError for a file without entries; with every name that a store cannot hold, and every two that become one
 */
export function storeNames(entries: readonly ReadEntry[], naming: ImportNaming, file: string): NamedEntry[] {
  if (entries.length === 0) throw invalidImport(file, undefined, "has no names and values");
  const chosen = entries.filter(matcher(naming, entries));
  if (chosen.length === 0) throw new PprotectError("usage", "--only and --except leave no secret");
  const problems: LineProblem[] = [];
  const originals = new Map<string, string>();
  const named = chosen.map((entry): NamedEntry => {
    const original = entry.name;
    const name = naming.prefix + styled(withoutPrefix(original, naming.stripPrefix), naming.style);
    const problem = secretNameProblem(name);
    if (problem !== undefined) {
      const became = name === original ? "" : `"${displayName(original)}" becomes an `;
      problems.push({ line: entry.line, message: became + problem });
    }
    const other = originals.get(name);
    if (other !== undefined) {
      problems.push({
        line: entry.line,
        message: `"${displayName(other)}" and "${displayName(original)}" both become "${displayName(name)}"`,
      });
    }
    originals.set(name, original);
    return { ...entry, name, original };
  });
  if (problems.length > 0) throw new InvalidImportError(file, problems, hint(naming));
  return named;
}

function hint({ style }: ImportNaming): string {
  return style === "keep"
    ? "--names kebab or --names upper changes what a name cannot hold; --except leaves an entry out"
    : "--except leaves an entry out; --prefix and --strip-prefix change how names start";
}

function withoutPrefix(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Words are split at everything but letters and digits; in `kebab`, also where `camelCase` has a hump. */
function styled(name: string, style: NameStyle): string {
  switch (style) {
    case "keep":
      return name;
    case "kebab":
      return name
        .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
        .replace(/[^A-Za-z0-9]+/g, "-")
        .replace(/^-+|-+$/g, "")
        .toLowerCase();
    case "upper":
      return name
        .replace(/[^A-Za-z0-9]+/g, "_")
        .replace(/^_+|_+$/g, "")
        .toUpperCase();
  }
}

function matcher(
  { only, except }: ImportNaming,
  entries: readonly ReadEntry[],
): (entry: ReadEntry) => boolean {
  const wanted = only.map((pattern) => glob("--only", pattern, entries));
  const unwanted = except.map((pattern) => glob("--except", pattern, entries));
  return ({ name }) =>
    (wanted.length === 0 || wanted.some((each) => each.match(name))) &&
    !unwanted.some((each) => each.match(name));
}

/** A glob that matches nothing is misspelt, and would import too little or too much. */
function glob(option: string, pattern: string, entries: readonly ReadEntry[]): Bun.Glob {
  const matching = new Bun.Glob(pattern);
  if (entries.some(({ name }) => matching.match(name))) return matching;
  throw new PprotectError(
    "no_such_secret",
    `${option} "${displayName(pattern)}" matches no name of the file`,
  );
}
