import { displayName } from "../../common/terminal-safe.ts";
import type { ReadEntry, ReadResult } from "../entry.ts";
import { InvalidImportError, invalidImport, type LineProblem } from "../invalid-import.ts";
import { lastWins } from "../last-wins.ts";
import type { Tree } from "../tree.ts";

/** Between the keys of nested objects: `{"db": {"password": …}}` becomes `db_password`. */
export const SEPARATOR = "_";

/** A value with the keys that lead to it; a list's items have their index, from 0. */
export interface Leaf {
  readonly path: readonly string[];
  readonly value: string;
  readonly line: number;
}

/**
 * The values of a document, keys joined with {@link SEPARATOR}.
 *
 * @throws InvalidImportError unless it is an object of strings, numbers and truth values, or when two values of
 *   different places get one name
 */
export function flatten(tree: Tree, file: string): ReadResult {
  return namedLeaves(leavesOf(tree, file), file);
}

/** The values of a document, with the keys that lead to them. @throws InvalidImportError */
export function leavesOf(tree: Tree, file: string): Leaf[] {
  if (tree.kind !== "map") throw invalidImport(file, tree.line, "must be an object of names and values");
  const problems: LineProblem[] = [];
  const leaves: Leaf[] = [];
  collect(tree, [], leaves, problems);
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  return leaves;
}

/** @throws InvalidImportError when two values of different places get one name */
export function namedLeaves(leaves: readonly Leaf[], file: string): ReadResult {
  const places = new Map<string, string>();
  const problems: LineProblem[] = [];
  const entries: ReadEntry[] = leaves.map(({ path, value, line }) => {
    const name = path.join(SEPARATOR);
    const place = JSON.stringify(path);
    if ((places.get(name) ?? place) !== place) {
      problems.push({ line, message: `"${displayName(name)}" is the joined name of two different values` });
    }
    places.set(name, place);
    return { name, value, line };
  });
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  return lastWins(entries, [], file);
}

function collect(tree: Tree, path: readonly string[], leaves: Leaf[], problems: LineProblem[]): void {
  switch (tree.kind) {
    case "map":
      for (const { key, value } of tree.members) collect(value, [...path, key], leaves, problems);
      return;
    case "list":
      for (const [index, item] of tree.items.entries())
        collect(item, [...path, `${index}`], leaves, problems);
      return;
    case "scalar":
      if (tree.type === "null") {
        const name = displayName(path.join(SEPARATOR));
        problems.push({ line: tree.line, message: `"${name}" is null: write "" for an empty value` });
      }
      leaves.push({ path, value: tree.text, line: tree.line });
  }
}

/** The keys that lead to each value of a document. */
export function pathsOf(tree: Tree, path: readonly string[] = []): (readonly string[])[] {
  switch (tree.kind) {
    case "map":
      return tree.members.flatMap(({ key, value }) => pathsOf(value, [...path, key]));
    case "list":
      return tree.items.flatMap((item, index) => pathsOf(item, [...path, `${index}`]));
    case "scalar":
      return [path];
  }
}
