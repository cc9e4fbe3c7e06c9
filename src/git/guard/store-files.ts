import { basename } from "node:path/posix";
import { AUDIT_LOG_KEY, CUSTODIANS_KEY } from "../../store/store-data.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { AttributeReader } from "../process/check-attr.ts";
import type { FileChange } from "./diff-parser.ts";

const STORE_NAME = "protected.yaml";
const DIFF_DRIVER = "pprotect";
const YAML_NAME = /\.ya?ml$/i;
const ROOT_KEYS = [CUSTODIANS_KEY, AUDIT_LOG_KEY].map((key) => new RegExp(`^(["']?)${key}\\1[ \\t]*:`, "m"));

/** Whether a mode is that of a regular file: not a symbolic link, not a submodule. */
export function isRegular(mode: string): boolean {
  return mode.startsWith("100");
}

/** Which of the changed files are stores, and the value of each file's `diff` attribute. */
export async function classify(
  files: readonly FileChange[],
  blobs: BlobReader,
  attributes: AttributeReader,
): Promise<{ stores: Set<string>; attribute: Map<string, string> }> {
  const values = await attributes.read(files.map(({ path }) => path));
  const attribute = new Map(files.map(({ path }, index) => [path, values[index] ?? ""]));
  const stores = new Set<string>();
  for (const file of files) {
    if (!isRegular(file.newMode) && !isRegular(file.oldMode)) continue;
    if (attribute.get(file.path) === DIFF_DRIVER || basename(file.path) === STORE_NAME) stores.add(file.path);
    else if (YAML_NAME.test(file.path) && (await holdsStore(file, blobs))) stores.add(file.path);
  }
  return { stores, attribute };
}

/** The old version counts too: a store that lost a root key is still a store. */
async function holdsStore(file: FileChange, blobs: BlobReader): Promise<boolean> {
  for (const [mode, id] of [
    [file.newMode, file.newId],
    [file.oldMode, file.oldId],
  ] as const) {
    const bytes = isRegular(mode) ? await blobs.read(id) : undefined;
    if (bytes && looksLikeStore(Buffer.from(bytes).toString("latin1"))) return true;
  }
  return false;
}

/** Whether a YAML text has the root keys of a store. */
export function looksLikeStore(text: string): boolean {
  return ROOT_KEYS.every((key) => key.test(text));
}
