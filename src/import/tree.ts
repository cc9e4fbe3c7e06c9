/** A structured document, of any format, with lines. Objects are lists of members: names are chosen by strangers. */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: "scalar";
  readonly type: "string" | "number" | "boolean" | "null";
  /** A string's content; of a number or a truth value, its text in the file: `0123`, `1e3` and `1.10` stay. */
  readonly text: string;
  /** Whether a string is written without quotes (YAML). */
  readonly plain: boolean;
  readonly line: number;
}

export interface ListTree {
  readonly kind: "list";
  readonly items: readonly Tree[];
  readonly line: number;
}

export interface MapTree {
  readonly kind: "map";
  readonly members: readonly Member[];
  readonly line: number;
}

export interface Member {
  readonly key: string;
  readonly value: Tree;
  readonly line: number;
}

/** The deepest nesting that is read. */
export const MAX_DEPTH = 100;
/** Values, objects and lists of a document, an anchor's once per alias: far more than 10 000 secrets need. */
export const MAX_NODES = 200_000;

/** The last member of this name, or nothing. */
export function memberOf(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === "map" ? tree.members.findLast((member) => member.key === key)?.value : undefined;
}

/** The text of the string that the last member of this name is, or nothing. */
export function stringOf(tree: Tree | undefined, key: string): string | undefined {
  const value = memberOf(tree, key);
  return value?.kind === "scalar" && value.type === "string" ? value.text : undefined;
}
