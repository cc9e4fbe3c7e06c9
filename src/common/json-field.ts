import { type Node, type ParseError, parseTree } from "jsonc-parser";

/** Why a field was not found. */
export type FieldProblem = "not-json" | "no-field";

/**
 * Finds a field of a JSON value.
 *
 * @param path names and indexes joined by dots: `db.hosts.0`; `\.` is a dot of a name, `\\` a backslash
 * @returns a string as it is; any other value as its text in the JSON, so that numbers do not change
 */
export function jsonField(json: string, path: string): { value: string } | { problem: FieldProblem } {
  const root = parse(json);
  if (!root) return { problem: "not-json" };
  let at: Node | undefined = root;
  for (const name of fieldNames(path)) at = at && child(at, name);
  if (!at) return { problem: "no-field" };
  return { value: at.type === "string" ? at.value : json.slice(at.offset, at.offset + at.length) };
}

function parse(json: string): Node | undefined {
  const errors: ParseError[] = [];
  try {
    const root = parseTree(json, errors, { disallowComments: true, allowTrailingComma: false });
    return errors.length > 0 ? undefined : root;
  } catch (error) {
    // Nested too deeply for the parser's stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The names in a path: joined by dots; `\.` is a dot of a name, `\\` a backslash. */
export function fieldNames(path: string): string[] {
  const names = [""];
  for (const part of path.match(/\\[\s\S]|[^\\]|\\$/g) ?? []) {
    if (part === ".") names.push("");
    else names.push(`${names.pop()}${part.length === 2 ? part.slice(1) : part}`);
  }
  return names;
}

/** Of a name that an object has twice, the last one, as `JSON.parse` has it. */
function child({ type, children = [] }: Node, name: string): Node | undefined {
  if (type === "array") return /^(?:0|[1-9]\d*)$/.test(name) ? children[Number(name)] : undefined;
  if (type !== "object") return undefined;
  return children.findLast(({ children: [key] = [] }) => key?.value === name)?.children?.[1];
}
