import { randomUUID } from "node:crypto";
import { PprotectError } from "../../common/errors.ts";
import { randomBytes, wipe } from "../../crypto/bytes.ts";

/** Length of a generated value by default: 32 letters and digits are 190 bits. */
export const DEFAULT_GENERATED_LENGTH = 32;
const MAX_GENERATED_LENGTH = 4096;
const MAX_WORDS = 256;

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX_DIGITS = "0123456789abcdef";
/** 256 bits. */
const DEFAULT_HEX_LENGTH = 64;
/** The random bits of a UUID of version 4 (RFC 9562, section 5.4). */
const UUID_BITS = 122;

/** What the options ask to generate. */
export interface GenerateOptions {
  /** `--generate`: a length, or `true` without one. */
  readonly generate: string | true | undefined;
  readonly charset: string | undefined;
  readonly hex: boolean;
  readonly words: string | undefined;
  readonly uuid: boolean;
}

export interface GeneratedValue {
  readonly value: string;
  /** How many bits an attacker who knows how it was generated must guess, rounded down. */
  readonly bits: number;
}

/** Whether the line asks for a generated value. */
export function wantsGenerated({ generate, charset, hex, words, uuid }: GenerateOptions): boolean {
  return generate !== undefined || charset !== undefined || hex || words !== undefined || uuid;
}

/**
 * Generates a value: characters, each equally likely, or words, or a UUID.
 * @throws PprotectError `usage`
 */
export async function generateValue(options: GenerateOptions): Promise<GeneratedValue> {
  const { generate, charset, hex, words, uuid } = options;
  const kinds = [
    ...(charset === undefined ? [] : ["--charset"]),
    ...(hex ? ["--hex"] : []),
    ...(words === undefined ? [] : ["--words"]),
    ...(uuid ? ["--uuid"] : []),
  ];
  if (kinds.length > 1) throw new PprotectError("usage", `give ${kinds.join(" or ")}, not both`);
  if (typeof generate === "string" && (words !== undefined || uuid)) {
    throw new PprotectError("usage", `give --generate=LENGTH or ${kinds[0]}, not both`);
  }
  if (uuid) return { value: randomUUID(), bits: UUID_BITS };
  if (words !== undefined) return generateWords(numberIn(words, "--words", "a number", MAX_WORDS));
  const length =
    typeof generate === "string" ? generate : String(hex ? DEFAULT_HEX_LENGTH : DEFAULT_GENERATED_LENGTH);
  const alphabet = hex ? HEX_DIGITS : charset === undefined ? LETTERS_AND_DIGITS : checkedCharset(charset);
  return generateCharacters(numberIn(length, "--generate", "a length", MAX_GENERATED_LENGTH), alphabet);
}

/** A value of some characters, each equally likely. @param alphabet two characters or more, each once */
export function generateCharacters(length: number, alphabet = LETTERS_AND_DIGITS): GeneratedValue {
  const { symbols, bits } = chooseFrom([...alphabet], length);
  return { value: symbols.join(""), bits };
}

/** Words of the English list of BIP 39, 11 bits each: none is a part of another, and the first four letters differ. */
async function generateWords(count: number): Promise<GeneratedValue> {
  const { wordlist } = await import("@scure/bip39/wordlists/english.js");
  const { symbols, bits } = chooseFrom(wordlist, count);
  return { value: symbols.join("-"), bits };
}

const BYTES_EACH = 4;

function chooseFrom(alphabet: readonly string[], count: number): { symbols: string[]; bits: number } {
  // Larger numbers would make the first symbols more likely.
  const fair = 2 ** 32 - (2 ** 32 % alphabet.length);
  const symbols: string[] = [];
  while (symbols.length < count) {
    const bytes = randomBytes(BYTES_EACH * (count - symbols.length));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (let at = 0; at < bytes.length; at += BYTES_EACH) {
      const number = view.getUint32(at);
      if (number < fair) symbols.push(alphabet[number % alphabet.length] ?? "");
    }
    wipe(bytes);
  }
  return { symbols, bits: Math.floor(count * Math.log2(alphabet.length)) };
}

function checkedCharset(charset: string): string {
  const characters = new Set(charset);
  if (!charset.isWellFormed() || characters.size < 2 || characters.size !== [...charset].length) {
    throw new PprotectError(
      "usage",
      "--charset needs two characters or more, each once",
      "for example: --charset abcdefghjkmnpqrstuvwxyz23456789",
    );
  }
  return charset;
}

function numberIn(text: string, option: string, what: string, most: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new PprotectError("usage", `${option} must be ${what} from 1 to ${most}`);
}
