import { type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import { PprotectError } from "./errors.ts";
import { lineNumbers } from "./line-numbers.ts";
import { suggest } from "./suggest.ts";
import { displayName } from "./terminal-safe.ts";

/**
 * A value in a JSON text, with its line. A value of another type than the one asked for is an error with that line.
 * Names in the text never become properties of a JavaScript object: they may be `__proto__`.
 */
export class JsonWithLines {
  readonly #node: Node;
  readonly #source: Source;

  constructor(node: Node, source: Source) {
    this.#node = node;
    this.#source = source;
  }

  /** 1-based. */
  get line(): number {
    return this.#source.lineOf(this.#node.offset);
  }

  /**
   * The value of a string.
   * @param what the value's name, for messages
   * @throws PprotectError `invalid_manifest` unless it is a string of well-formed Unicode
   */
  text(what: string): string {
    const { type, value } = this.#node;
    if (type !== "string") throw this.#mismatch(what, "a string");
    if (!value.isWellFormed()) throw this.invalid(`${what} is not valid Unicode text`);
    return value;
  }

  /** @throws PprotectError `invalid_manifest` unless it is `true` or `false` */
  boolean(what: string): boolean {
    const { type, value } = this.#node;
    if (type !== "boolean") throw this.#mismatch(what, "true or false");
    return value;
  }

  /** The elements of a list. @throws PprotectError `invalid_manifest` unless it is a list */
  list(what: string): JsonWithLines[] {
    if (this.#node.type !== "array") throw this.#mismatch(what, "a list");
    return (this.#node.children ?? []).map((child) => new JsonWithLines(child, this.#source));
  }

  /**
   * The members of an object, by key.
   * @throws PprotectError `invalid_manifest` unless it is an object with no other keys than `known`, each at most once
   */
  members<Key extends string>(what: string, known: readonly Key[]): ReadonlyMap<Key, JsonWithLines> {
    if (this.#node.type !== "object") throw this.#mismatch(what, "an object");
    const members = new Map<Key, JsonWithLines>();
    for (const { children: [key, value] = [] } of this.#node.children ?? []) {
      if (!key || !value) throw this.invalid(`${what} is incomplete`);
      const name = known.find((each) => each === key.value);
      if (name === undefined) throw new JsonWithLines(key, this.#source).#unknownKey(what, known);
      if (members.has(name)) throw new JsonWithLines(key, this.#source).invalid(`duplicate key "${name}"`);
      members.set(name, new JsonWithLines(value, this.#source));
    }
    return members;
  }

  /** An error with this value's line. */
  invalid(message: string, fix?: string): PprotectError {
    return this.#source.invalid(this.#node.offset, message, fix);
  }

  #mismatch(what: string, expected: string): PprotectError {
    const { type } = this.#node;
    return this.invalid(`${what} must be ${expected}, not ${KINDS[type] ?? type}`);
  }

  #unknownKey(what: string, known: readonly string[]): PprotectError {
    const near = suggest(this.#node.value, known);
    return this.invalid(
      `${what} has no key "${displayName(this.#node.value)}"`,
      near === undefined ? `known keys: ${known.join(", ")}` : `did you mean "${near}"?`,
    );
  }
}

const KINDS: Partial<Record<Node["type"], string>> = {
  array: "a list",
  boolean: "a boolean",
  null: "null",
  number: "a number",
  object: "an object",
  string: "a string",
};

/** A text that knows its lines. */
class Source {
  readonly #file: string;
  readonly lineOf: (offset: number) => number;

  constructor(text: string, file: string) {
    this.#file = file;
    this.lineOf = lineNumbers(text);
  }

  invalid(offset: number, message: string, fix?: string): PprotectError {
    return new PprotectError("invalid_manifest", `${this.#file}:${this.lineOf(offset)}: ${message}`, fix);
  }
}

/**
 * Parses a JSON text (RFC 8259): no comments, no trailing commas.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_manifest`
 */
export function parseJsonWithLines(text: string, file: string): JsonWithLines {
  const source = new Source(text, file);
  const errors: ParseError[] = [];
  const root = parse(text, errors, source);
  const [first] = errors;
  if (first) throw source.invalid(first.offset, `invalid JSON: ${describe(first)}`);
  if (!root) throw source.invalid(0, "empty file");
  return new JsonWithLines(root, source);
}

function parse(text: string, errors: ParseError[], source: Source): Node | undefined {
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
