import { invalidImport } from "../../invalid-import.ts";
import { type MapTree, type Member, memberOf, stringOf, type Tree } from "../../tree.ts";
import { parseJsonTree } from "../json-tree.ts";
import { parseYamlTrees } from "../yaml-tree.ts";

/** The formats that SOPS encrypts. Of `ini`, which SOPS reads itself, we only know that it is one. */
export type SopsKind = "dotenv" | "json" | "yaml" | "binary" | "ini";

/** A file of SOPS, apart. */
export interface SopsFile {
  readonly kind: SopsKind;
  /** Names and values, encrypted or not, without the metadata. */
  readonly data: MapTree;
  readonly metadata: SopsMetadata;
}

/** The parts of SOPS's metadata (stores/stores.go) that are needed to decrypt. */
export interface SopsMetadata {
  /** The data key, encrypted by age, armored, once for each recipient. */
  readonly age: readonly { readonly recipient: string; readonly encrypted: string }[];
  readonly mac: string;
  readonly lastModified: string;
  readonly macOnlyEncrypted: boolean;
  readonly unencryptedSuffix: string;
  readonly encryptedSuffix: string;
  readonly unencryptedRegex: string;
  readonly encryptedRegex: string;
  /** What we cannot do but the program `sops` can: other keys alone, several key groups, rules in comments. */
  readonly needsProgram: string | undefined;
}

/** Keys other than age's, in the metadata. */
const OTHER_KEYS = ["kms", "gcp_kms", "hckms", "azure_kv", "hc_vault", "pgp"];

/** What is a file of SOPS, by its text alone. */
export function isSopsText(text: string): boolean {
  return (
    /^sops_mac=/m.test(text) ||
    (/^sops:/m.test(text) && /^\s+mac: /m.test(text)) ||
    (/^\s*\{/.test(text) && /"sops"\s*:\s*\{/.test(text) && /"mac"\s*:/.test(text)) ||
    (/^\[sops\]/m.test(text) && /^mac\s*=/m.test(text))
  );
}

/**
 * Takes a file of SOPS apart.
 *
 * @param file its name, which says what it is where the text does not
 * @throws InvalidImportError
 */
export function parseSopsFile(text: string, file: string): SopsFile {
  const kind = kindOf(text, file);
  if (kind === "ini") return { kind, data: { kind: "map", members: [], line: 1 }, metadata: NOTHING };
  if (kind === "dotenv") return parseDotenv(text, file);
  const trees = kind === "yaml" ? parseYamlTrees(text, file) : [parseJsonTree(text, file)];
  const [tree] = trees;
  const sops = memberOf(tree, "sops");
  if (tree?.kind !== "map" || sops?.kind !== "map") throw invalidImport(file, 1, "has no metadata of SOPS");
  const members = tree.members.filter(({ key }) => key !== "sops");
  const metadata = metadataOf(sops);
  return {
    kind,
    data: { ...tree, members },
    metadata: trees.length > 1 ? { ...metadata, needsProgram: "has several documents" } : metadata,
  };
}

function kindOf(text: string, file: string): SopsKind {
  if (/^sops_mac=/m.test(text)) return "dotenv";
  if (/^\[sops\]/m.test(text)) return "ini";
  if (!/^\s*\{/.test(text)) return "yaml";
  if (/\.ya?ml$/i.test(file)) return "yaml";
  // SOPS goes by the name: what is not named .json is a binary file in an envelope of JSON.
  const tree = parseJsonTree(text, file);
  const names = tree.kind === "map" ? tree.members.map(({ key }) => key) : [];
  const envelope = names.every((name) => name === "data" || name === "sops") && names.includes("data");
  return envelope && !/\.json$/i.test(file) ? "binary" : "json";
}

const NOTHING: SopsMetadata = {
  age: [],
  mac: "",
  lastModified: "",
  macOnlyEncrypted: false,
  unencryptedSuffix: "",
  encryptedSuffix: "",
  unencryptedRegex: "",
  encryptedRegex: "",
  needsProgram: "is an INI file",
};

function metadataOf(sops: Tree): SopsMetadata {
  const age = memberOf(sops, "age");
  const text = (key: string): string => stringOf(sops, key) ?? "";
  return {
    age: (age?.kind === "list" ? age.items : []).map((item) => ({
      recipient: stringOf(item, "recipient") ?? "",
      encrypted: stringOf(item, "enc") ?? "",
    })),
    mac: text("mac"),
    lastModified: text("lastmodified"),
    macOnlyEncrypted: isTrue(memberOf(sops, "mac_only_encrypted")),
    unencryptedSuffix: text("unencrypted_suffix"),
    encryptedSuffix: text("encrypted_suffix"),
    unencryptedRegex: text("unencrypted_regex"),
    encryptedRegex: text("encrypted_regex"),
    needsProgram: whyProgram(sops),
  };
}

function isTrue(tree: Tree | undefined): boolean {
  return tree?.kind === "scalar" && tree.text.toLowerCase() === "true";
}

function whyProgram(sops: Tree): string | undefined {
  const present = (key: string): boolean => {
    const value = memberOf(sops, key);
    return value?.kind === "list" ? value.items.length > 0 : value?.kind === "scalar" && value.text !== "";
  };
  if (present("key_groups")) return "has key groups";
  if (present("encrypted_comment_regex") || present("unencrypted_comment_regex"))
    return "has rules in comments";
  if (!present("age") && OTHER_KEYS.some(present)) return "is not encrypted to an age key";
  return undefined;
}

const METADATA = "sops_";

/**
 * As SOPS reads dotenv files (stores/dotenv): a line is a name, `=` and all the rest, in which `\n` is a line end.
 * Quotes mean nothing. The metadata is in it, with the path in the name: `sops_age__list_0__map_enc`.
 */
function parseDotenv(text: string, file: string): SopsFile {
  const members: Member[] = [];
  for (const [index, content] of text.split("\n").entries()) {
    if (content === "" || content.startsWith("#")) continue;
    const line = index + 1;
    const equals = content.indexOf("=");
    if (equals === -1) throw invalidImport(file, line, "is not of the form NAME=value");
    const value = content.slice(equals + 1).replaceAll("\\n", "\n");
    members.push({
      key: content.slice(0, equals),
      value: { kind: "scalar", type: "string", text: value, plain: false, line },
      line,
    });
  }
  const [data, metadata] = [false, true].map((wanted) =>
    members.filter(({ key }) => key.startsWith(METADATA) === wanted),
  );
  return {
    kind: "dotenv",
    data: { kind: "map", members: data ?? [], line: 1 },
    metadata: metadataOf(unflatten(metadata ?? [])),
  };
}

/** The metadata as a map again: only the list of age keys goes deeper. */
function unflatten(members: readonly Member[]): Tree {
  const items = new Map<number, Member[]>();
  const top: Member[] = [];
  for (const { key, value, line } of members) {
    const name = key.slice(METADATA.length);
    const [, index, field] = /^age__list_(\d{1,4})__map_(\w+)$/.exec(name) ?? [];
    if (index === undefined || field === undefined) {
      // Of other lists only that they are there matters.
      top.push({ key: name.replace(/__list_.*$/, ""), value, line });
      continue;
    }
    const item = items.get(Number(index)) ?? [];
    items.set(Number(index), [...item, { key: field, value, line }]);
  }
  const age = [...items.values()].map((fields): Tree => ({ kind: "map", members: fields, line: 1 }));
  return {
    kind: "map",
    members: [...top, { key: "age", value: { kind: "list", items: age, line: 1 }, line: 1 }],
    line: 1,
  };
}
