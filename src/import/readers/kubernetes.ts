import { displayName } from "../../common/terminal-safe.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { decodeBase64 } from "../../crypto/base64.ts";
import type { Note, ReadEntry, ReadResult } from "../entry.ts";
import { InvalidImportError, invalidImport, type LineProblem } from "../invalid-import.ts";
import { lastWins } from "../last-wins.ts";
import { type MapTree, memberOf, stringOf, type Tree } from "../tree.ts";

/** Whether a document is a Kubernetes Secret, or a list with one. */
export function isKubernetesSecret(tree: Tree): boolean {
  return objectsOf(tree).some(isSecret);
}

/**
 * Reads Kubernetes Secrets: `data` in base64, and `stringData`, which wins over it. Other objects are left out.
 *
 * @param trees the documents of a file: Secrets, or lists of them
 * @throws InvalidImportError when it has no Secret, for a value that is not base64 of UTF-8 text, and for a key
 *   that two Secrets have
 */
export function readKubernetesSecrets(trees: readonly Tree[], file: string): ReadResult {
  const objects = trees.flatMap(objectsOf);
  const secrets = objects.filter(isSecret);
  if (secrets.length === 0)
    throw invalidImport(file, trees[0]?.line, "has no Kubernetes object of kind Secret");
  const problems: LineProblem[] = [];
  const entries: ReadEntry[] = [];
  const owners = new Map<string, Tree>();
  for (const secret of secrets) {
    for (const { name, value, line } of valuesOf(secret, problems)) {
      if ((owners.get(name) ?? secret) !== secret) {
        problems.push({ line, message: `"${displayName(name)}" is in two Secrets: import one at a time` });
      }
      owners.set(name, secret);
      entries.push({ name, value, line });
    }
  }
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  const skipped = objects
    .filter((object) => !isSecret(object))
    .map(
      (object): Note => ({ kind: "skipped", name: stringOf(object, "kind") ?? "object", line: object.line }),
    );
  return lastWins(entries, skipped, file);
}

/** The objects of a document: of a list, its items. */
function objectsOf(tree: Tree): readonly Tree[] {
  const items = memberOf(tree, "items");
  return stringOf(tree, "kind")?.endsWith("List") && items?.kind === "list" ? items.items : [tree];
}

function isSecret(tree: Tree): boolean {
  return stringOf(tree, "apiVersion") === "v1" && stringOf(tree, "kind") === "Secret";
}

function valuesOf(secret: Tree, problems: LineProblem[]): readonly ReadEntry[] {
  const plain = mapMembers(secret, "stringData");
  const overridden = new Set(plain.map(({ key }) => key));
  const encoded = mapMembers(secret, "data").filter(({ key }) => !overridden.has(key));
  return [
    ...encoded.map(({ key, value, line }) => {
      const problem = (message: string): ReadEntry => {
        problems.push({ line, message: `"${displayName(key)}" ${message}` });
        return { name: key, value: "", line };
      };
      if (value.kind !== "scalar" || value.type === "null") return problem("is not a string of base64");
      // Go's decoder, which reads manifests, passes over line ends.
      const bytes = decodeBase64(value.text.replace(/[\r\n]/g, ""));
      if (!bytes) return problem("is not base64");
      const text = decodeUtf8(bytes);
      return text === undefined ? problem("is not UTF-8 text") : { name: key, value: text, line };
    }),
    ...plain.map(({ key, value, line }) => {
      if (value.kind === "scalar" && value.type === "string") return { name: key, value: value.text, line };
      problems.push({ line, message: `"${displayName(key)}" is not a string` });
      return { name: key, value: "", line };
    }),
  ];
}

function mapMembers(secret: Tree, key: string): MapTree["members"] {
  const map = memberOf(secret, key);
  return map?.kind === "map" ? map.members : [];
}
