import { isShellIdentifier } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { ValueWithLines } from "../common/value-with-lines.ts";
import { orderProblem, type Source } from "../sources/cascade.ts";
import { defaultVariable } from "../sources/lookups.ts";
import { DEFAULT_SOPS_FILE, type SopsPlace } from "../sources/sops-source.ts";
import { secretNameProblem } from "../store/format/names.ts";
import type { KeyringEntry } from "../system/keyring.ts";
import { dangerOf, describeDanger } from "./dangerous-variables.ts";
import { isFileName } from "./files/file-name.ts";
import { HANDOUT_KEYS, type HandoutTerms, handoutTerms } from "./handout-terms.ts";

/** A secret that a project uses. */
export interface ManifestEntry {
  /** The secret's name. */
  readonly name: string;
  readonly variable: string;
  /** Its domain; without one, that of the manifest, or the only one that has the name. */
  readonly domain: string | undefined;
  /** Where its value may come from, in this order. */
  readonly from: readonly Source[];
  /** Whether it is an error that no source has it. */
  readonly required: boolean;
  /** The value of the source `default`. It is in the manifest, so it is not secret. */
  readonly byDefault: string | undefined;
  /** Where the source `sops` looks. */
  readonly sops: SopsPlace;
  /** Where the source `keyring` looks. */
  readonly keyring: KeyringEntry | undefined;
  /** Whether `exec` passes it as a file, and the file's name if it has one. */
  readonly file: RequestedFile | undefined;
  /** For people, and for `export --format example`. */
  readonly description: string | undefined;
  /** Its own terms only. */
  readonly handout: HandoutTerms;
  /** The entry's line, 1-based. */
  readonly line: number;
}

/** A file that a program gets, with the value in it. */
export interface RequestedFile {
  readonly name: string | undefined;
}

/** An entry with its place in the file. */
export interface LocatedEntry {
  readonly entry: ManifestEntry;
  readonly json: ValueWithLines;
}

const ENTRY_KEYS = [
  "name",
  "env_var",
  "domain",
  "from",
  "required",
  "default",
  "as_file",
  "sops",
  "keyring",
  "description",
  ...HANDOUT_KEYS,
] as const;

type Members = ReadonlyMap<(typeof ENTRY_KEYS)[number], ValueWithLines>;

/** The sources that a key of the entry belongs to. */
const KEYS_OF_SOURCES = ["default", "sops", "keyring"] as const;

/** Reads an entry. @throws PprotectError the text's error code */
export function readEntry(json: ValueWithLines): LocatedEntry {
  const members = json.members('an entry of "secrets"', ENTRY_KEYS);
  const name = members.get("name")?.text('"name"');
  if (name === undefined) throw json.invalid('an entry of "secrets" has no "name"');
  const nameProblem = secretNameProblem(name);
  if (nameProblem !== undefined) throw json.invalid(nameProblem);
  const variable = members.get("env_var")?.text('"env_var"') ?? defaultVariable(name);
  const problem = variableProblem(variable);
  if (problem !== undefined) throw json.invalid(problem);
  const from = readFrom(members.get("from"));
  refuseUnused(members, from);
  const keyring = readKeyringEntry(members.get("keyring"));
  if (from.includes("keyring") && !keyring)
    throw json.invalid('"from" has keyring, but the entry has no "keyring"', KEYRING_FIX);
  if (from.includes("default") && !members.has("default"))
    throw json.invalid('"from" has default, but the entry has no "default"');
  const entry: ManifestEntry = {
    name,
    variable,
    domain: members.get("domain")?.text('"domain"'),
    from,
    required: members.get("required")?.boolean('"required"') ?? true,
    byDefault: members.get("default")?.text('"default"'),
    sops: readSopsPlace(members.get("sops"), name),
    keyring,
    file: readFile(members.get("as_file")),
    description: members.get("description")?.text('"description"'),
    handout: handoutTerms(members),
    line: json.line,
  };
  return { entry, json };
}

const KEYRING_FIX = 'add "keyring": {"service": …, "account": …}';

function variableProblem(variable: string): string | undefined {
  if (!isShellIdentifier(variable)) {
    return `invalid "env_var" "${displayName(variable)}": a letter or "_", then letters, digits or "_"`;
  }
  const danger = dangerOf(variable);
  // A manifest is the user's own list: what steers programs may be in it.
  if (danger === undefined || danger === "steers") return undefined;
  return `"env_var" is ${describeDanger(displayName(variable), danger)}`;
}

function readFrom(from: ValueWithLines | undefined): readonly Source[] {
  if (!from) return ["store"];
  const words = from.list('"from"').map((each) => each.text('an element of "from"'));
  const problem = orderProblem(words, displayName);
  if (problem) throw from.invalid(`"from": ${problem.message}`, problem.fix);
  const sources = words as readonly Source[];
  if (sources.includes("default") && sources.at(-1) !== "default")
    throw from.invalid('"from": nothing after default would ever be used', "put default at the end");
  return sources;
}

/** A default that is not used would be taken for one that is. */
function refuseUnused(members: Members, from: readonly Source[]): void {
  const unused = KEYS_OF_SOURCES.find((key) => members.has(key) && !from.includes(key));
  if (unused === undefined) return;
  const listed = [...from, unused].map((source) => `"${source}"`).join(", ");
  throw members
    .get(unused)
    ?.invalid(`"${unused}" is not used: the entry's "from" does not have it`, `add "from": [${listed}]`);
}

function readSopsPlace(sops: ValueWithLines | undefined, name: string): SopsPlace {
  const members = sops?.members('"sops"', ["file", "key"]);
  return {
    file: members?.get("file")?.text('"file"') ?? DEFAULT_SOPS_FILE,
    key: members?.get("key")?.text('"key"') ?? name,
  };
}

function readKeyringEntry(keyring: ValueWithLines | undefined): KeyringEntry | undefined {
  const members = keyring?.members('"keyring"', ["service", "account"]);
  const service = members?.get("service")?.text('"service"');
  const account = members?.get("account")?.text('"account"');
  if (service !== undefined && account !== undefined) return { service, account };
  if (keyring) throw keyring.invalid('"keyring" needs "service" and "account"');
  return undefined;
}

function readFile(file: ValueWithLines | undefined): RequestedFile | undefined {
  if (!file) return undefined;
  if (!file.isText) return file.boolean('"as_file"') ? { name: undefined } : undefined;
  const name = file.text('"as_file"');
  if (isFileName(name)) return { name };
  throw file.invalid(
    `"as_file" "${displayName(name)}" is not a file name`,
    "give a name without a directory",
  );
}
