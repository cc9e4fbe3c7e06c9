import { type Document, type LineCounter, parseAllDocuments } from "yaml";
import { isNestedTooDeep } from "./flow-nesting.ts";

/**
 * Parses YAML 1.2, core schema, of files that are not stores. Problems are in `errors` and `warnings` of the documents.
 *
 * @param lineCounter gets the starts of the lines
 * @returns `undefined` for a text that is nested too deeply to be parsed
 */
export function parseYamlDocuments(
  text: string,
  lineCounter?: LineCounter,
): readonly Document.Parsed[] | undefined {
  // The parser would find that too, after seconds.
  if (isNestedTooDeep(text)) return undefined;
  try {
    const documents = parseAllDocuments(text, {
      ...(lineCounter && { lineCounter }),
      version: "1.2",
      schema: "core",
      // The callers' own checks name the line, and take linear time.
      uniqueKeys: false,
      // Not `!!binary`, `!!set` and the like: what they mean is not text.
      resolveKnownTags: false,
      prettyErrors: false,
      logLevel: "silent",
    });
    return Array.isArray(documents) ? documents : [];
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** An error of the parser in words: `MISSING_CHAR` as "missing char". Its own messages quote the text. */
export function yamlErrorInWords(code: string): string {
  return code.toLowerCase().replaceAll("_", " ");
}
