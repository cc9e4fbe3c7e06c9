import { isMap, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { ErrorCode } from "../common/errors.ts";
import { type LinedNode, Source, ValueWithLines } from "../common/value-with-lines.ts";
import { LONE_RETURN, loneReturnIn } from "../store/format/lone-return.ts";
import { parseYamlDocuments, yamlErrorInWords } from "../store/format/yaml-documents.ts";

/**
 * Parses a YAML text of one document (YAML 1.2, core schema). Anchors, aliases, tags and merge keys are refused: nobody
 * needs them here, and a reader of the file must see what it says.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @param code of every error
 * @returns `undefined` for a text with nothing but comments
 * @throws PprotectError `code`
 */
export function parseYamlWithLines(text: string, file: string, code: ErrorCode): ValueWithLines | undefined {
  const source = new Source(text, file, code);
  const loneReturn = loneReturnIn(text);
  if (loneReturn !== undefined) throw source.invalid(loneReturn, `has ${LONE_RETURN}`);
  const documents = parseYamlDocuments(text);
  if (!documents) throw source.invalid(0, "nested too deeply");
  const [document, second] = documents;
  if (second) throw source.invalid(second.range[0], "has a second document");
  const [problem] = document ? [...document.errors, ...document.warnings] : [];
  if (problem) throw source.invalid(problem.pos[0], `invalid YAML: ${yamlErrorInWords(problem.code)}`);
  if (!document?.contents) return undefined;
  return new ValueWithLines(convert(document.contents, source), source);
}

function convert(node: Node | null, source: Source, at = 0): LinedNode {
  if (node === null) return { type: "null", offset: at };
  const offset = node.range?.[0] ?? at;
  if ("anchor" in node && node.anchor !== undefined) throw source.invalid(offset, "has an anchor");
  if ("tag" in node && node.tag !== undefined) throw source.invalid(offset, "has a tag");
  if (isMap(node)) {
    const children = node.items.map((pair) => property(pair as Pair<Node, Node | null>, source, offset));
    return { type: "object", offset, children };
  }
  if (isSeq(node)) {
    return {
      type: "array",
      offset,
      children: node.items.map((item) => convert(item as Node, source, offset)),
    };
  }
  if (isScalar(node)) return scalar(node.value, offset);
  throw source.invalid(offset, "has an alias");
}

function property({ key, value }: Pair<Node, Node | null>, source: Source, at: number): LinedNode {
  const name = convert(key, source, at);
  if (name.type === "object" || name.type === "array")
    throw source.invalid(name.offset, "a key is not a string");
  if (name.value === "<<") throw source.invalid(name.offset, "has a merge key (<<)");
  // A name such as 123 or true is a name.
  const text: LinedNode = isScalar(key)
    ? { ...name, type: "string", value: key.source ?? String(key.value) }
    : name;
  return { type: "property", offset: name.offset, children: [text, convert(value, source, name.offset)] };
}

function scalar(value: unknown, offset: number): LinedNode {
  if (value === null || value === undefined) return { type: "null", offset };
  const type = typeof value;
  if (type === "string" || type === "number" || type === "boolean") return { type, offset, value };
  return { type: "string", offset, value: String(value) };
}
