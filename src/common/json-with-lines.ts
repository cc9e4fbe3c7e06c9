import { type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { ErrorCode } from "./errors.ts";
import { type LinedNode, Source, ValueWithLines } from "./value-with-lines.ts";

/**
 * Parses a JSON text (RFC 8259): no comments, no trailing commas.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @param code of every error
 * @throws PprotectError `code`
 */
export function parseJsonWithLines(text: string, file: string, code: ErrorCode): ValueWithLines {
  const source = new Source(text, file, code);
  const errors: ParseError[] = [];
  const root = parse(text, errors, source);
  const [first] = errors;
  if (first) throw source.invalid(first.offset, `invalid JSON: ${describe(first)}`);
  if (!root) throw source.invalid(0, "empty file");
  return new ValueWithLines(root, source);
}

function parse(text: string, errors: ParseError[], source: Source): LinedNode | undefined {
  try {
    return parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw source.invalid(0, "nested too deeply");
  }
}

/** A parser's error code in words: `CommaExpected` is "comma expected". */
function describe({ error }: ParseError): string {
  return printParseErrorCode(error)
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toLowerCase();
}
