import { yamlTokens } from "./yaml-lexer.ts";

/** A store's deepest entry lies in four mappings. A file nested far deeper is not a store, or is an attack. */
const MAX_DEPTH = 100;

/**
 * Whether `[` and `{` are nested deeper than in any store. The YAML parser would find that too, but takes seconds for
 * a file full of them, and reports each line.
 */
export function isNestedTooDeep(text: string): boolean {
  // Names and log entries may hold brackets that do not nest: only the lexer knows which do.
  return exceeds(text) && exceeds(flowTokens(text));
}

function exceeds(tokens: Iterable<string>): boolean {
  let depth = 0;
  for (const token of tokens) {
    if (token === "[" || token === "{") depth++;
    else if ((token === "]" || token === "}") && depth > 0) depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function* flowTokens(text: string): Generator<string> {
  for (const { source, isPlainText } of yamlTokens(text)) {
    if (!isPlainText) yield source;
  }
}
