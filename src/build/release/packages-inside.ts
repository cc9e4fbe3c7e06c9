import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Licensed } from "./licenses.ts";

/** A package whose code a bundled package has copied into its own files. */
export interface PackageInside extends Licensed {
  /** The bundled package. */
  readonly inside: string;
}

/** The licences of packages whose own licence file was looked at; the texts are in `licenses/inside`. */
const LICENSES: ReadonlyMap<string, string> = new Map([
  ["@textlint/regexp-string-matcher@2.0.2", "MIT"],
  ["escape-string-regexp@4.0.0", "MIT"],
  ["lodash.sortby@4.7.0", "MIT"],
  ["lodash.uniq@4.5.0", "MIT"],
  ["lodash.uniqwith@4.5.0", "MIT"],
]);

/**
 * What the source map of a bundled package shows to be inside it: packages of others, and of its own repository.
 *
 * @param file the module that is bundled
 * @param name the package that it is part of
 * @returns sorted by name; nothing when there is no source map, or it names only the package itself
 * @throws Error for a package whose licence is not known here
 */
export function packagesInside(file: string, name: string): readonly PackageInside[] {
  const map = `${file}.map`;
  if (!existsSync(map)) return [];
  const { sources } = JSON.parse(readFileSync(map, "utf8")) as { readonly sources: readonly string[] };
  const foreign = sources.flatMap((source) => identityIn(source) ?? []);
  const siblings = sources.flatMap((source) => /^\.\.\/\.\.\/([\w.-]+)\/module\//.exec(source)?.[1] ?? []);
  return [
    ...[...new Set(foreign)].map((id) => ({ ...licensed(id), inside: name })),
    ...[...new Set(siblings)].map((sibling) => siblingOf(dirname(file), name, sibling)),
  ].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** NAME@VERSION from a path of pnpm, `node_modules/.pnpm/NAME@VERSION/node_modules/NAME/…`, the last one that it has. */
function identityIn(source: string): string | undefined {
  if (!source.includes("node_modules/")) return undefined;
  const [, id] = /.*node_modules\/\.pnpm\/((?:@[^/+]+\+)?[^/@]+@[^/_(]+)/.exec(source) ?? [];
  if (id === undefined) throw new Error(`a source map names ${source}, whose version is unknown`);
  return id.replace("+", "/");
}

function licensed(id: string): Licensed {
  const license = LICENSES.get(id);
  if (license === undefined) throw new Error(`${id} is inside a bundled package; its licence is not known`);
  const [name, version] = [id.slice(0, id.lastIndexOf("@")), id.slice(id.lastIndexOf("@") + 1)];
  const text = readFileSync(join(import.meta.dir, "licenses/inside", `${id.replace("/", "+")}.txt`), "utf8");
  return { name, version, license, text: text.trim() };
}

/** A package of the same repository, which publishes all of its packages with one version and licence. */
function siblingOf(directory: string, name: string, sibling: string): PackageInside {
  const root = join(directory, "..");
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const scope = /^@[^/]+\//.exec(name)?.[0] ?? "";
  const text = readFileSync(join(root, "LICENSE"), "utf8").trim();
  return { name: `${scope}${sibling}`, version, license, text, inside: name };
}
