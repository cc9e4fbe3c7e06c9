import { createHash, timingSafeEqual } from "node:crypto";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { decodeUtf8 } from "../../../common/utf8.ts";
import { InvalidImportError, invalidImport, type LineProblem } from "../../invalid-import.ts";
import type { ScalarTree, Tree } from "../../tree.ts";
import { type Leaf, SEPARATOR } from "../flatten.ts";
import { openSopsValue } from "./encrypted-value.ts";
import { macText, titleCase } from "./go-scalar.ts";
import type { SopsFile } from "./sops-file.ts";

/** Before the values, when only those that are encrypted are in the MAC (sops.go). */
const MAC_ONLY_ENCRYPTED = Buffer.from(
  "8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69",
  "hex",
);

/** The file's values were changed, or we take them for others than SOPS does. */
export class MacMismatchError extends PprotectError {}

/**
 * Decrypts every value and verifies the MAC over all of them: SHA-512, itself encrypted and bound to the time.
 *
 * @param key the data key, 32 bytes
 * @param isEncrypted which values are encrypted, by the keys that lead to them
 * @throws InvalidImportError naming each value that does not open, or is null or not UTF-8 text
 * @throws MacMismatchError
 */
export function decryptSops(
  { data, metadata }: SopsFile,
  key: Uint8Array,
  isEncrypted: (path: readonly string[]) => boolean,
  file: string,
): Leaf[] {
  const hash = createHash("sha512");
  if (metadata.macOnlyEncrypted) hash.update(MAC_ONLY_ENCRYPTED);
  const leaves: Leaf[] = [];
  const problems: LineProblem[] = [];
  for (const { scalar, path, keys } of scalarsOf(data, [], [])) {
    const encrypted = isEncrypted(keys);
    const value = encrypted ? opened(scalar, key, `${keys.join(":")}:`) : inTheClear(scalar);
    if (typeof value === "string") {
      problems.push({ line: scalar.line, message: `"${displayName(path.join(SEPARATOR))}" ${value}` });
    } else if (value) {
      if (encrypted || !metadata.macOnlyEncrypted) hash.update(value.mac);
      leaves.push({ path, value: value.text, line: scalar.line });
    }
  }
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  const expected = openSopsValue(metadata.mac, key, metadata.lastModified);
  if (!expected) throw invalidImport(file, undefined, "has a MAC that does not open: the file was changed");
  const found = Buffer.from(hash.digest("hex").toUpperCase());
  if (found.length !== expected.bytes.length || !timingSafeEqual(found, expected.bytes)) {
    throw new MacMismatchError(
      "invalid_import",
      `${displayName(file)}: the MAC does not match: values were changed without SOPS`,
      "look at the file's history; `sops edit` it, if the change is yours",
    );
  }
  return leaves;
}

interface Located {
  readonly scalar: ScalarTree;
  readonly path: readonly string[];
  /** The path without the places in lists: SOPS binds a value to these. */
  readonly keys: readonly string[];
}

function scalarsOf(tree: Tree, path: readonly string[], keys: readonly string[]): Located[] {
  switch (tree.kind) {
    case "map":
      return tree.members.flatMap(({ key, value }) => scalarsOf(value, [...path, key], [...keys, key]));
    case "list":
      return tree.items.flatMap((item, index) => scalarsOf(item, [...path, `${index}`], keys));
    case "scalar":
      return [{ scalar: tree, path, keys }];
  }
}

/** A value, and what of it is in the MAC. */
interface Opened {
  readonly text: string;
  readonly mac: string | Uint8Array;
}

function inTheClear(scalar: ScalarTree): Opened | string {
  return scalar.type === "null" ? "is null" : { text: scalar.text, mac: macText(scalar) };
}

/** @returns what is wrong with it; nothing for a comment, which is not a value */
function opened(scalar: ScalarTree, key: Uint8Array, additionalData: string): Opened | string | undefined {
  if (scalar.type === "null") return "is null";
  if (scalar.type !== "string") return "is not encrypted, but must be";
  if (scalar.text === "") return { text: "", mac: "" };
  const value = openSopsValue(scalar.text, key, additionalData);
  if (!value) return "does not open: it was changed, moved or renamed without SOPS";
  const text = decodeUtf8(value.bytes);
  switch (value.type) {
    case "comment":
      return undefined;
    case "bool": {
      const bool = titleCase(text ?? "");
      return { text: bool.toLowerCase(), mac: bool };
    }
    default:
      return text === undefined ? "is not UTF-8 text" : { text, mac: value.bytes };
  }
}
