import { type ErrorCode, PprotectError } from "./errors.ts";
import { lineNumbers } from "./line-numbers.ts";
import { suggest } from "./suggest.ts";
import { displayName } from "./terminal-safe.ts";

/** A node of a parsed text, in the form of jsonc-parser's `Node`. */
export interface LinedNode {
  readonly type: "object" | "array" | "property" | "string" | "number" | "boolean" | "null";
  /** In UTF-16 units. */
  readonly offset: number;
  readonly value?: unknown;
  /** Of an object its properties; of a property its key and its value. */
  readonly children?: readonly LinedNode[];
}

/**
 * A value in a JSON or YAML text, with its line. A value of another type than the one asked for is an error with that line.
 * Names in the text never become properties of a JavaScript object: they may be `__proto__`.
 */
export class ValueWithLines {
  readonly #node: LinedNode;
  readonly #source: Source;

  constructor(node: LinedNode, source: Source) {
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
   * @throws PprotectError the text's error code unless it is a string of well-formed Unicode
   */
  text(what: string): string {
    const { type, value } = this.#node;
    if (type !== "string" || typeof value !== "string") throw this.#mismatch(what, "a string");
    if (!value.isWellFormed()) throw this.invalid(`${what} is not valid Unicode text`);
    return value;
  }

  /** @throws PprotectError the text's error code unless it is `true` or `false` */
  boolean(what: string): boolean {
    const { type, value } = this.#node;
    if (typeof value !== "boolean" || type !== "boolean") throw this.#mismatch(what, "true or false");
    return value;
  }

  /** Whether it is a string: for what may be of two types. */
  get isText(): boolean {
    return this.#node.type === "string";
  }

  /**
   * The value of a number.
   * @throws PprotectError the text's error code unless it is an integer of this range
   */
  integer(what: string, minimum: number, maximum: number): number {
    const { type, value } = this.#node;
    if (type !== "number" || typeof value !== "number") throw this.#mismatch(what, "a number");
    if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
    throw this.invalid(`${what} must be an integer from ${minimum} to ${maximum}`);
  }

  /** The elements of a list. @throws PprotectError the text's error code unless it is a list */
  list(what: string): ValueWithLines[] {
    if (this.#node.type !== "array") throw this.#mismatch(what, "a list");
    return (this.#node.children ?? []).map((child) => new ValueWithLines(child, this.#source));
  }

  /**
   * The members of an object, by key.
   * @throws PprotectError the text's error code unless it is an object with no other keys than `known`, each at most once
   */
  members<Key extends string>(what: string, known: readonly Key[]): ReadonlyMap<Key, ValueWithLines> {
    if (this.#node.type !== "object") throw this.#mismatch(what, "an object");
    const members = new Map<Key, ValueWithLines>();
    for (const { children: [key, value] = [] } of this.#node.children ?? []) {
      if (!key || !value) throw this.invalid(`${what} is incomplete`);
      const name = known.find((each) => each === key.value);
      if (name === undefined) throw new ValueWithLines(key, this.#source).#unknownKey(what, known);
      if (members.has(name)) throw new ValueWithLines(key, this.#source).invalid(`duplicate key "${name}"`);
      members.set(name, new ValueWithLines(value, this.#source));
    }
    return members;
  }

  /**
   * The members of an object whose keys are names.
   * @throws PprotectError the text's error code unless it is an object, each name at most once
   */
  entries(
    what: string,
  ): { readonly name: string; readonly key: ValueWithLines; readonly value: ValueWithLines }[] {
    if (this.#node.type !== "object") throw this.#mismatch(what, "an object");
    const names = new Set<string>();
    return (this.#node.children ?? []).map(({ children: [key, value] = [] }) => {
      if (!key || !value) throw this.invalid(`${what} is incomplete`);
      const located = new ValueWithLines(key, this.#source);
      const name = located.text("a name");
      if (names.has(name)) throw located.invalid(`duplicate key "${displayName(name)}"`);
      names.add(name);
      return { name, key: located, value: new ValueWithLines(value, this.#source) };
    });
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
    const near = suggest(String(this.#node.value), known);
    return this.invalid(
      `${what} has no key "${displayName(String(this.#node.value))}"`,
      near === undefined ? `known keys: ${known.join(", ")}` : `did you mean "${near}"?`,
    );
  }
}

const KINDS: Partial<Record<LinedNode["type"], string>> = {
  array: "a list",
  boolean: "a boolean",
  null: "null",
  number: "a number",
  object: "an object",
  string: "a string",
};

/** A text that knows its lines. */
export class Source {
  readonly #file: string;
  readonly #code: ErrorCode;
  readonly lineOf: (offset: number) => number;

  /**
   * @param file the file's name, for messages: `FILE:LINE: what is wrong`
   * @param code of every error in this text
   */
  constructor(text: string, file: string, code: ErrorCode) {
    this.#file = file;
    this.#code = code;
    this.lineOf = lineNumbers(text);
  }

  invalid(offset: number, message: string, fix?: string): PprotectError {
    return new PprotectError(this.#code, `${this.#file}:${this.lineOf(offset)}: ${message}`, fix);
  }
}
