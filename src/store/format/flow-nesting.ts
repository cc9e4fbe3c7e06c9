import { Lexer } from "yaml";

/** A store's deepest entry lies in four mappings; what is far beyond that is somebody else's file, or an attack. */
const MAX_DEPTH = 100;

/**
 * Whether `[` and `{` stand in each other deeper than any store has them. The parser would find that too, but
 * it needs seconds for what fills a file, and a line for each of them.
 */
export function isNestedTooDeep(text: string): boolean {
  // Names and the log may hold brackets that are none: those that nest are asked of the lexer.
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

/** The lexer's tokens but the text of plain scalars, which U+001F announces. */
function* flowTokens(text: string): Generator<string> {
  let before = "";
  for (const token of new Lexer().lex(text)) {
    if (before !== "\x1f") yield token;
    before = token;
  }
}
