import { visit } from "jsonc-parser";
import { lineNumbers } from "../../common/line-numbers.ts";
import { type InvalidImportError, invalidImport } from "../invalid-import.ts";
import { MAX_DEPTH, MAX_NODES, type Member, type Tree } from "../tree.ts";

/**
 * Parses JSON (RFC 8259).
 *
 * @param text without a byte order mark
 * @param file its name, for messages
 * @throws InvalidImportError
 */
export function parseJsonTree(text: string, file: string): Tree {
  const builder = new TreeBuilder(text, file);
  try {
    visit(
      text,
      {
        onObjectBegin: (offset) => builder.begin("map", offset),
        onObjectProperty: (key, offset) => builder.property(key, offset),
        onObjectEnd: () => builder.end(),
        onArrayBegin: (offset) => builder.begin("list", offset),
        onArrayEnd: () => builder.end(),
        onLiteralValue: (value, offset, length) => builder.literal(value, offset, length),
        onError: (_error, offset) => builder.fail(offset, "is not JSON"),
      },
      { disallowComments: true, allowTrailingComma: false },
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidImport(file, 1, "is nested too deeply");
  }
  return builder.root ?? builder.fail(0, "is empty");
}

/** An object or a list whose end has not been read. */
interface Open {
  readonly tree: Tree & { kind: "map" | "list" };
  readonly add: (value: Tree) => void;
  key: { readonly name: string; readonly line: number };
}

class TreeBuilder {
  readonly #text: string;
  readonly #file: string;
  readonly #lineOf: (offset: number) => number;
  readonly #open: Open[] = [];
  #nodes = 0;
  root: Tree | undefined;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.#lineOf = lineNumbers(text);
  }

  begin(kind: "map" | "list", offset: number): void {
    if (this.#open.length >= MAX_DEPTH) this.fail(offset, "is nested too deeply");
    const line = this.#lineOf(offset);
    const key = { name: "", line };
    if (kind === "list") {
      const items: Tree[] = [];
      this.#push({ tree: { kind, items, line }, add: (value) => items.push(value), key }, offset);
    } else {
      const members: Member[] = [];
      const open: Open = {
        tree: { kind, members, line },
        add: (value) => members.push({ key: open.key.name, value, line: open.key.line }),
        key,
      };
      this.#push(open, offset);
    }
  }

  property(name: string, offset: number): void {
    const open = this.#open.at(-1);
    if (open) open.key = { name, line: this.#lineOf(offset) };
  }

  end(): void {
    this.#open.pop();
  }

  literal(value: unknown, offset: number, length: number): void {
    const line = this.#lineOf(offset);
    if (typeof value === "string") {
      this.#add({ kind: "scalar", type: "string", text: value, plain: false, line }, offset);
      return;
    }
    const type = value === null ? "null" : typeof value === "boolean" ? "boolean" : "number";
    const text = this.#text.slice(offset, offset + length);
    this.#add({ kind: "scalar", type, text, plain: true, line }, offset);
  }

  fail(offset: number, message: string): never {
    throw this.#invalid(offset, message);
  }

  #push(open: Open, offset: number): void {
    this.#add(open.tree, offset);
    this.#open.push(open);
  }

  #add(tree: Tree, offset: number): void {
    if (++this.#nodes > MAX_NODES) this.fail(offset, "has too many values");
    this.root ??= tree;
    this.#open.at(-1)?.add(tree);
  }

  #invalid(offset: number, message: string): InvalidImportError {
    return invalidImport(this.#file, this.#lineOf(offset), message);
  }
}
