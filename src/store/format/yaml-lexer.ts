import { Lexer } from "yaml";

/** A token of a YAML text. */
export interface YamlToken {
  readonly source: string;
  /** It is the text of a plain scalar, where `#`, `[` and `{` have no meaning. */
  readonly isPlainText: boolean;
}

/** What the yaml package's lexer emits before the text of a plain scalar (`SCALAR` in its cst.ts). */
const PLAIN_SCALAR = "\x1f";

/** The tokens of a YAML text, which need not be valid. Joined, they give the text, plus one U+001F per plain scalar. */
export function* yamlTokens(text: string): Generator<YamlToken> {
  let before = "";
  for (const source of new Lexer().lex(text)) {
    yield { source, isPlainText: before === PLAIN_SCALAR };
    before = source;
  }
}
