import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from "yaml";
import { LONE_RETURN, loneReturnIn } from "../../store/format/lone-return.ts";
import { parseYamlDocuments, yamlErrorInWords } from "../../store/format/yaml-documents.ts";
import { refuseHuge } from "../input-text.ts";
import { type InvalidImportError, invalidImport } from "../invalid-import.ts";
import { MAX_DEPTH, MAX_NODES, type Member, type ScalarTree, type Tree } from "../tree.ts";

/** Bytes of the largest YAML file: parsing takes some hundred times that in memory. */
const MAX_YAML_BYTES = 4 * 1024 * 1024;

/**
 * Parses YAML 1.2, core schema. Numbers and truth values keep their text.
 *
 * @param text without a byte order mark
 * @param file its name, for messages
 * @returns a tree for each document that is not empty
 * @throws InvalidImportError
 */
export function parseYamlTrees(text: string, file: string): Tree[] {
  refuseHuge(text.length, file, MAX_YAML_BYTES);
  const lines = new LineCounter();
  const documents = parseYamlDocuments(text, lines);
  if (!documents) throw invalidImport(file, 1, "is nested too deeply");
  const invalid = (offset: number, message: string): InvalidImportError =>
    invalidImport(file, lines.linePos(offset).line, message);
  const loneReturn = loneReturnIn(text);
  if (loneReturn !== undefined) throw invalid(loneReturn, `has ${LONE_RETURN}`);
  const trees: Tree[] = [];
  for (const document of documents) {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw invalid(problem.pos[0], `is not YAML that can be imported: ${inWords(problem.code)}`);
    if (document.contents === null) continue;
    trees.push(new Converter(document, lines, invalid).convert(document.contents, 0));
  }
  return trees;
}

function inWords(code: string): string {
  if (code === "TAG_RESOLVE_FAILED") return "it has a tag";
  if (code === "RESOURCE_EXHAUSTION") return "it is nested too deeply";
  return yamlErrorInWords(code);
}

class Converter {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #invalid: (offset: number, message: string) => InvalidImportError;
  #nodes = 0;
  #targets: ReadonlyMap<Alias, Node> | undefined;

  constructor(
    document: Document.Parsed,
    lines: LineCounter,
    invalid: (offset: number, message: string) => InvalidImportError,
  ) {
    this.#document = document;
    this.#lines = lines;
    this.#invalid = invalid;
  }

  convert(node: Node, depth: number): Tree {
    const offset = node.range?.[0] ?? 0;
    if (depth > MAX_DEPTH) throw this.#invalid(offset, "is nested too deeply");
    if (++this.#nodes > MAX_NODES) throw this.#invalid(offset, "has too many values, or aliases of aliases");
    const { line } = this.#lines.linePos(offset);
    if (isAlias(node)) {
      this.#targets ??= targetsIn(this.#document);
      const target = this.#targets.get(node);
      // Not its name: a password that starts with an asterisk is an alias too.
      if (!target)
        throw this.#invalid(offset, 'has an alias without an anchor: quote a value that starts with "*"');
      return this.convert(target, depth + 1);
    }
    if (isMap(node)) return { kind: "map", members: this.#members(node, depth), line };
    if (isSeq(node)) {
      const items = node.items.map((item) => this.convert(item as Node, depth + 1));
      return { kind: "list", items, line };
    }
    if (isScalar(node)) return { kind: "scalar", ...scalar(node), line };
    throw this.#invalid(offset, "is not YAML that can be imported");
  }

  #members(map: YAMLMap, depth: number): Member[] {
    return map.items.map((pair) => {
      const { key, value } = pair as Pair<Node, Node | null>;
      const offset = key.range?.[0] ?? map.range?.[0] ?? 0;
      const { line } = this.#lines.linePos(offset);
      if (!isScalar(key)) throw this.#invalid(offset, "has a key that is not a string");
      const { text } = scalar(key);
      if (text === "<<" && key.type === "PLAIN") {
        throw this.#invalid(offset, "has a merge key (<<), which is not supported");
      }
      const tree: Tree = value
        ? this.convert(value, depth + 1)
        : { kind: "scalar", type: "null", text: "", plain: true, line };
      return { key: text, value: tree, line };
    });
  }
}

/**
 * The node that each alias refers to: the last one before it that has its anchor. Found in one pass, since `Alias.resolve` goes
 * through the whole document for each alias.
 */
function targetsIn(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (!isAlias(node)) {
        if (node.anchor) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target) targets.set(node, target);
    },
  });
  return targets;
}

function scalar(node: { value: unknown; source?: string; type?: string }): Omit<ScalarTree, "kind" | "line"> {
  const { value, source } = node;
  const plain = node.type === "PLAIN";
  if (typeof value === "string") return { type: "string", text: value, plain };
  if (value === null || value === undefined) return { type: "null", text: source ?? "", plain };
  return { type: typeof value === "boolean" ? "boolean" : "number", text: source ?? String(value), plain };
}
