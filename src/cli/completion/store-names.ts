import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { compareCodePoints } from "../../common/code-points.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { parseStore } from "../../store/format/parse.ts";
import { locateStore } from "../../store/locate-store.ts";
import { splitSecretPath } from "../../store/secret-path.ts";
import type { StoreData } from "../../store/store-data.ts";
import { currentDirectory } from "../../system/path-text.ts";
import { readRegularFile } from "../../system/read-regular-file.ts";
import type { ValueKind, ValueType } from "../argv/value-type.ts";
import type { Position } from "./cursor-context.ts";

/**
 * The names that a value may have. Names that a terminal would not show as they are (control characters,
 * bidirectional overrides) are left out, and so is the empty one.
 *
 * @throws when the store cannot be read
 */
export async function namesFor({ kind }: ValueType, position: Position): Promise<readonly string[]> {
  if (kind === "conflict") {
    const { conflictChoices } = await import("./conflict-choices.ts");
    return (await conflictChoices(position.file)).filter(isPlain);
  }
  if (kind === "lease" || kind === "client") {
    const { clientNames, leaseIds } = await import("./lease-names.ts");
    return (kind === "client" ? clientNames() : await leaseIds(position.command?.name)).filter(isPlain);
  }
  return [...new Set(storeNames(kind, position))].filter(isPlain).sort(compareCodePoints);
}

function isPlain(name: string): boolean {
  return name !== "" && escapeUnprintable(name) === name;
}

function storeNames(kind: ValueKind, { file, domains, typed }: Position): readonly string[] {
  if (kind === "text" || kind === "new-domain") return [];
  const store = readStore(file);
  const chosen = [...store.domains].filter(([name]) => domains.includes(name)).map(([, domain]) => domain);
  const secrets = (of: Iterable<{ readonly secrets: ReadonlyMap<string, string> }>) =>
    [...of].flatMap((domain) => [...domain.secrets.keys()]);
  const custodians = [...store.custodians.keys()];
  switch (kind) {
    case "domain":
      return [...store.domains.keys()];
    case "secret":
      return secrets(domains.length > 0 ? chosen : store.domains.values());
    case "secret-or-domain":
      return [...secrets(chosen), ...store.domains.keys()];
    case "new-secret":
      return secrets(store.domains.values()).filter(
        (name) => !chosen.some((domain) => domain.secrets.has(name)),
      );
    case "secret-path":
    case "new-secret-path":
      return [...store.domains.keys(), ...pathsFrom(store, typed, kind === "new-secret-path")];
    case "custodian":
      return custodians;
    case "owner":
      return chosen.flatMap((domain) => [...domain.owners.keys()]);
    case "new-owner":
      return custodians.filter(
        (name) => !chosen.every((domain) => domain.owners.has(name)) || chosen.length === 0,
      );
    default:
      return [];
  }
}

/** DOMAIN/SECRET for the secrets of the domain that was typed up to its last slash, or for those that it lacks. */
function pathsFrom({ domains }: StoreData, typed: string, lacking: boolean): string[] {
  const path = splitSecretPath(typed);
  const domain = path && domains.get(path.domain);
  if (!domain) return [];
  const offered = lacking
    ? [...domains.values()]
        .flatMap(({ secrets }) => [...secrets.keys()])
        .filter((each) => !domain.secrets.has(each))
    : [...domain.secrets.keys()];
  return offered.map((secret) => `${path.domain}/${secret}`);
}

/** The store that the line is about. */
function readStore(file: string | undefined): StoreData {
  const path = file === undefined ? locateStore(currentDirectory()) : resolve(fromHome(file));
  return parseStore(readRegularFile(path), path);
}

/** `~/` is still there: the shell expands it when the line is run. */
function fromHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
