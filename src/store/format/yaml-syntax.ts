import { LineCounter, type Node, parseDocument, type YAMLError } from "yaml";
import { displayName } from "../../common/terminal-safe.ts";
import { isNestedTooDeep } from "./flow-nesting.ts";
import type { Problem } from "./problem.ts";

/** A YAML document: what is in it, and what is wrong with its syntax. */
export interface YamlSyntax {
  readonly contents: Node | null;
  /** The first problems. When there are any, nothing of the contents is reliable. */
  readonly problems: readonly Problem[];
  /** The 1-based line of an offset in the text. */
  lineAt(offset: number): number;
}

/** Parses one document of YAML 1.2, in which every scalar is text. Duplicate keys and merge keys are left to the caller. */
export function parseYaml(text: string): YamlSyntax {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lineCounter.linePos(offset).line);
  const document = isNestedTooDeep(text) ? undefined : documentIn(text, lineCounter);
  if (!document) return { contents: null, problems: [{ ...TOO_DEEP, line: 1 }], lineAt };
  const problems = document.errors
    .slice(0, MAX_SYNTAX_ERRORS)
    .map((error) => ({ ...problemOf(error), line: lineAt(error.pos[0]) }));
  return { contents: document.contents, problems, lineAt };
}

/** @returns `undefined` when the nesting is too deep for the parser's stack */
function documentIn(text: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, {
      schema: "failsafe",
      version: "1.2",
      lineCounter,
      // The caller does so in linear time and with the key's name.
      uniqueKeys: false,
      merge: false,
      strict: true,
      prettyErrors: false,
      logLevel: "error",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A file that is not YAML at all can have tens of thousands. */
const MAX_SYNTAX_ERRORS = 100;

type Wrong = Omit<Problem, "line">;

const TOO_DEEP: Wrong = { code: "nested_too_deep", message: "nested too deeply for a store" };

/** The parser's errors that get a code and words of our own, by the parser's code. */
const OWN_ERRORS: Readonly<Record<string, Wrong>> = {
  MULTIPLE_DOCS: { code: "multiple_documents", message: "more than one YAML document" },
  RESOURCE_EXHAUSTION: TOO_DEEP,
};

/** In the parser's words up to the text that it quotes, which may be a value in the clear. */
function problemOf({ code, message }: YAMLError): Wrong {
  const words = `not YAML: ${message.replaceAll("\n", " ").replace(/:? *["'`].*$/u, "")}`;
  return OWN_ERRORS[code] ?? { code: "not_yaml", message: displayName(words) };
}
