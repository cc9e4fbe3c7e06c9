import { isUtf8 } from "node:buffer";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { encodeUtf8 } from "../common/utf8.ts";
import { newBytes, wipe } from "../crypto/bytes.ts";
import { SOURCES, type Source } from "../sources/cascade.ts";

/** What `util.inspect` and `console.log` call, in Node, Bun and Deno. */
const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Where the value of a {@link Secret} came from. */
export type SecretSource = Source;

/** What a {@link Secret} says of itself. */
export interface SecretInfo {
  /** For redacted output and messages, such as `prod/db-password`. */
  readonly name: string;
  /** Where the value came from; `override` by default. */
  readonly source?: SecretSource;
}

/**
 * A secret value that does not print itself: in strings, JSON, `console.log`, `structuredClone` and errors there is a
 * marker or nothing in its place. Declare it with `using`, so that its bytes are overwritten at the end of the block.
 *
 * What {@link text} and {@link bytes} return are copies, which no longer belong to the secret. A string cannot be
 * overwritten.
 *
 * @example
 * ```ts
 * using secret = await resolveSecret("prod/db-password");
 * const client = connect({ password: secret.text() });
 * ```
 */
export class Secret implements Disposable {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #source: SecretSource;
  #isDisposed = false;

  /**
   * @param value text, or bytes of UTF-8 text, which are copied
   * @throws PprotectError `invalid_value` for text that is not well-formed Unicode; `usage` for another source
   */
  constructor(value: string | Uint8Array, { name, source = "override" }: SecretInfo) {
    if (!SOURCES.includes(source)) throw new PprotectError("usage", "a secret's source is not known");
    this.#bytes = ownCopy(value, name);
    this.#name = name;
    this.#source = source;
  }

  /** The secret's name, such as `prod/db-password`. */
  get name(): string {
    return this.#name;
  }

  /** Where the value came from. */
  get source(): SecretSource {
    return this.#source;
  }

  /** Whether the value was overwritten. */
  get disposed(): boolean {
    return this.#isDisposed;
  }

  /**
   * The value as text.
   * @throws PprotectError `usage` after {@link dispose}
   */
  text(): string {
    return decoder.decode(this.#live());
  }

  /**
   * The value as a new array of UTF-8 bytes, which the caller may overwrite.
   * @throws PprotectError `usage` after {@link dispose}
   */
  bytes(): Uint8Array {
    const copy = newBytes(this.#live().length);
    copy.set(this.#bytes);
    return copy;
  }

  /** Overwrites the value with zeros. What was read from it stays as it is. A second call does nothing. */
  dispose(): void {
    wipe(this.#bytes);
    this.#isDisposed = true;
  }

  /** {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** A marker with the name, never the value. */
  toString(): string {
    return `[REDACTED:${displayName(this.#name)}]`;
  }

  /** A marker with the name, never the value, for `JSON.stringify`. */
  toJSON(): string {
    return this.toString();
  }

  /** A marker with the name, never the value, for `console.log` and `util.inspect`. */
  [INSPECT](): string {
    return `Secret ${this.toString()}`;
  }

  #live(): Uint8Array {
    if (!this.#isDisposed) return this.#bytes;
    throw new PprotectError(
      "usage",
      `secret ${displayName(this.#name)} was used after its disposal`,
      "use it inside the block of its `using` declaration, or resolve it again",
    );
  }
}

function ownCopy(value: string | Uint8Array, name: string): Uint8Array {
  if (typeof value !== "string") {
    if (!isUtf8(value)) throw notText(name);
    const copy = newBytes(value.length);
    copy.set(value);
    return copy;
  }
  if (value.isWellFormed()) return encodeUtf8(value);
  throw notText(name);
}

function notText(name: string): PprotectError {
  return new PprotectError("invalid_value", `the value of ${displayName(name)} is not valid Unicode text`);
}
