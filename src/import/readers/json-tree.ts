import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { lineNumbers } from "../../common/line-numbers.ts";
import { type InvalidImportError, invalidImport } from "../invalid-import.ts";
import { MAX_DEPTH, type Tree } from "../tree.ts";

/**
 * Parses JSON (RFC 8259).
 *
 * @param text without a byte order mark
 * @param file its name, for messages
 * @throws InvalidImportError
 */
export function parseJsonTree(text: string, file: string): Tree {
  const lineOf = lineNumbers(text);
  const invalid = (offset: number, message: string): InvalidImportError =>
    invalidImport(file, lineOf(offset), message);
  const convert = (node: Node, depth: number): Tree => {
    const line = lineOf(node.offset);
    if (depth > MAX_DEPTH) throw invalid(node.offset, "is nested too deeply");
    switch (node.type) {
      case "object":
        return { kind: "map", members: (node.children ?? []).map((child) => member(child, depth)), line };
      case "array":
        return { kind: "list", items: (node.children ?? []).map((child) => convert(child, depth + 1)), line };
      case "string":
        return { kind: "scalar", type: "string", text: node.value, plain: false, line };
      case "number":
      case "boolean":
      case "null": {
        const raw = text.slice(node.offset, node.offset + node.length);
        return { kind: "scalar", type: node.type, text: raw, plain: true, line };
      }
      default:
        throw invalid(node.offset, "is not JSON");
    }
  };
  const member = (property: Node, depth: number) => {
    const [key, value] = property.children ?? [];
    if (!key || !value) throw invalid(property.offset, "is not JSON");
    return { key: String(key.value), value: convert(value, depth + 1), line: lineOf(key.offset) };
  };

  const errors: ParseError[] = [];
  const root = parse(text, errors, file);
  const [first] = errors;
  if (first) throw invalid(first.offset, "is not JSON");
  if (!root) throw invalid(0, "is empty");
  return convert(root, 0);
}

function parse(text: string, errors: ParseError[], file: string): Node | undefined {
  try {
    return parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidImport(file, 1, "is nested too deeply");
  }
}
