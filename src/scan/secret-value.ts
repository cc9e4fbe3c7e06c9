import { judge } from "./assignments/judge.ts";
import { looksRandom } from "./entropy.ts";
import { scanLines } from "./scanner.ts";

/** Shorter values are in many texts by chance. */
const LEAST_BYTES = 8;

/** What is left without terms and the signs around it is no shorter. */
const LEAST_REST = 6;

/** How deep in JSON values are looked for. */
const MAX_DEPTH = 10;

/**
 * The parts of a secret's value that no text has by chance: not words, addresses, paths, pieces of code, nor what is
 * public beside a secret, as in the file of a cloud's key. Behind the name of a password, the scanner would report each.
 * Where no name in JSON or settings says which part is the secret, each of them may be.
 */
export function revealingParts(value: string): string[] {
  const named = longEnough(partsOf("password", value, 0, (name) => name));
  return named.length > 0 ? named : longEnough(partsOf("password", value, 0, () => "password"));
}

function longEnough(parts: Iterable<string>): string[] {
  return [...parts].filter((part) => Buffer.byteLength(part) >= LEAST_BYTES);
}

/** How the name of a part is taken. */
type Naming = (name: string) => string;

function* partsOf(name: string, value: string, depth: number, naming: Naming): Generator<string> {
  const text = value.trim();
  const entries = depth < MAX_DEPTH ? jsonEntries(name, text) : undefined;
  if (entries) for (const [key, inner] of entries) yield* partsOf(naming(key), inner, depth + 1, naming);
  else if (text.includes("\n")) yield* linesOf(text, depth, naming);
  else {
    const password = PASSWORD.exec(text)?.[1];
    if (password !== undefined) yield* partsOf("password", password, depth + 1, naming);
    else if (isSecret(name, text)) yield text;
  }
}

/** The password in `scheme://user:password@host` and in `user:password`. */
const PASSWORD =
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^:@/?#\s]*:(?=\S*@)|[^\s:/]+:(?!\/\/))(\S+?)(?:@[^@\s]*)?$/;

/** Hosts, regions and other names: `db-7.internal`, `@scope/name`, `Content-Type`. */
const NAME = /^@?[A-Za-z][A-Za-z0-9]*(?:[-_.:/@]+[A-Za-z0-9]+)*[./]?$/;

/** Names with digits in them that programs are full of: types, algorithms, encodings, licences, versions. */
const TERMS =
  /(?:big)?u?int(?:8|16|32|64|128)|float(?:8|16|32|64)|(?:sha|shake|blake|keccak)[-_]?[0-9]{1,3}(?:[-_/][0-9]{3})?|md[-_]?[245]|ripemd[-_]?[0-9]{3}|base[-_]?(?:16|32|36|58|62|64|85)|utf[-_]?(?:8|16|32)|latin1|iso[-_]?[0-9]{3,5}(?:-[0-9]{1,2})?|aes[-_]?[0-9]{3}|x?chacha(?:8|12|20)|x?salsa20|poly1305|ed(?:25519|448)|x(?:25519|448)|curve25519|secp?[0-9]{3}[kr]1|[pk][-_]?256|p384|p521|pbkdf2|argon2|hmac|bcrypt|scrypt|http\/?[123](?:\.[01])?|h2c|ipv?[46]|oauth2?|i18n|l10n|a11y|k8s|e2e|s3|ec2|x86(?:[-_]64)?|amd64|arm64|aarch64|win(?:32|64)|linux(?:32|64)|es(?:20[0-9]{2}|[3-9])|(?:vec|mat)[234]x?[234]?|crc[-_]?(?:8|16|32|64)|log(?:1p|2|10)|atan2|expm1|swap(?:8|16|32|64)|(?:apache|bsd|gpl|lgpl|agpl|mpl|cc|epl)[-_ ]?v?[0-9](?:\.[0-9])?(?:[-_]clause)?|v?[0-9]{1,4}(?:\.[0-9]{1,5}){1,3}/gi;

/** What code puts around a name: `!isValid`, `count++`, `**bold**`, `match[0]`, `@types`. */
const AROUND = /^[!@#$%^&*+~=?/\\[\](){}<>|.,:;-]+|(?:\[[\w.]*\]|[!@#$%^&*+~=?/\\[\](){}<>|.,:;-])+$/g;

/** An index, a call or the end of a statement; a number with words, as in `4-byte-aligned`; a number in hexadecimal. */
const CODE = /\w\[-?[\w.]{0,20}\]|\w\(|\w\)[.,;]|[;,{]$|^[0-9]{1,4}(?:-[A-Za-z]+)+$|^0x[0-9A-Fa-f]+$/;

/** So many words are drawn; statements of code are shorter. */
const PASSPHRASE = /^[a-z]+(?: [a-z]+){4,}$/;

function isSecret(name: string, text: string): boolean {
  const plain = text.replace(/%[0-9A-Fa-f]{2}/g, "/");
  const rest = plain.replace(TERMS, "").replace(AROUND, "");
  if (looksRandom(text)) return (rest.length === plain.length || looksRandom(rest)) && isFound(name, text);
  if (rest.length < LEAST_REST || CODE.test(plain) || CODE.test(rest)) return false;
  if (PASSPHRASE.test(text)) return isFound(name, text);
  // Of words, a person's choice has digits or signs between them: `Tiger.Maple2024`.
  if (!/[0-9]/.test(rest) && !/[A-Za-z0-9][!@#$%^*?+~][A-Za-z0-9]/.test(rest)) return false;
  if (NAME.test(rest) && !/[0-9]{2}/.test(rest)) return false;
  if (/^[0-9]+$/.test(rest)) return isUnusualNumber(rest);
  return isFound(name, rest) && isFound(name, text);
}

/** Whether the scanner finds it behind a name, or as a key of a known form. */
function isFound(name: string, text: string): boolean {
  return (
    judge({ name, value: text, quoted: true }, undefined) !== undefined ||
    scanLines("values.txt", [{ number: 1, text }]).length > 0
  );
}

/** Whether a number is not round, no date and no power of two, as those in code are. */
function isUnusualNumber(digits: string): boolean {
  if (/0000|999|^(?:19|20)[0-9]{2}[01][0-9][0-3][0-9]|^(?:3600|8640|6048)[0-9]*$/.test(digits)) return false;
  const power = Math.log2(Number(digits));
  return (
    judge({ name: "password", value: digits, quoted: true }, undefined) !== undefined &&
    Math.abs(power - Math.round(power)) > 1e-6
  );
}

/** The strings in a JSON object or list, with their names; of a list, with its own. */
function jsonEntries(name: string, text: string): [name: string, value: string][] | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return leaves(name, JSON.parse(text));
  } catch {
    return undefined;
  }
}

function leaves(name: string, value: unknown): [string, string][] {
  if (typeof value === "string") return [[name, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(Array.isArray(value) ? name : key, inner));
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]+)-----/;
const PUBLIC = /CERTIFICATE|PUBLIC|PARAMETERS/;
/** A line of settings: `export NAME="value"`, `name: value`. */
const SETTING = /^(?:export\s+)?["']?([\w.-]+)["']?\s*[=:]\s*(["']?)(.+?)\2[,;]?$/;

/** Of a secret of several lines: those of a key in PEM, but not of its certificate; what settings have; and random text. */
function* linesOf(text: string, depth: number, naming: Naming): Generator<string> {
  let isPublic = false;
  for (const whole of text.split(/\r?\n/)) {
    const line = whole.trim();
    const title = BEGIN.exec(line)?.[1];
    if (title !== undefined) isPublic = PUBLIC.test(title);
    if (title !== undefined || isPublic) continue;
    const [, name, , value = ""] = SETTING.exec(line) ?? [];
    if (name !== undefined && value.length >= LEAST_BYTES)
      yield* partsOf(naming(name), value, depth + 1, naming);
    else if (!/\s/.test(line) && looksRandom(line) && isSecret("password", line)) yield line;
  }
}
