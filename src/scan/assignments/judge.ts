import {
  areJoinedNames,
  areThreeWords,
  isAppPassword,
  isDrawn,
  isPronounceable,
  isStrong,
  looksChosen,
  looksChosenForUse,
} from "../chosen-password.ts";
import { classChanges, looksGenerated, looksRandom, shannonEntropy } from "../entropy.ts";
import { lettersLookRandom, looksLikeWords } from "../letter-pairs.ts";
import type { Example } from "../path-kind.ts";
import { isDisguisedWord, isPlaceholder } from "../placeholder.ts";
import { hasProgramWord } from "../program-words.ts";
import { type SecretNameKind, secretNameKind } from "../secret-name.ts";
import { isUuid } from "../uuid.ts";

/** A name and the value that a text gives it. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Written in quotes: text, and not an expression. */
  readonly quoted: boolean;
  /** The value is inside a call, as in `decode("…")`, which may as well be a message or the name of a setting. */
  readonly inCall?: boolean;
}

export const PASSWORD_RULE = { id: "password-assignment", what: "a password" } as const;
export const SECRET_RULE = { id: "secret-assignment", what: "a key or token" } as const;

/** A path, a file, a URL, a pattern, a selector or a format, as the values of secrets' names often are in code. */
const OTHER_THING =
  /^[A-Za-z]:\\|^[\w./-]+\.(?:json|ya?ml|pem|key|crt|cer|pub|txt|jsx?|tsx?|py|rb|go|rs|java|php|properties|xml|env|p12|jks|pfx|html?|md|sh|toml|conf|cfg|ini|png|svg|com|org|net|io|dev|local|internal)$|^[a-z][a-z0-9+.-]{1,12}:\/\/|^#[\w-]+$|^\.[\w-]+$|^\[\w+|^\/.{0,200}\/[a-z]*$|^--[a-z][\w-]*=?$|^\.\$|^\s*\+\s|^\^[^$]{0,80}[[(\\+*.]|\(\?|\\[dwsSDWb]|^[\w.-]+@[\w-]+\.[\w.-]+$|^[A-Za-z_]\w*\(.*\)?$|^data:|^PublicKeyToken=|^@[./-]|\/aws4_request$|\{[0-9]+(?:,[0-9]*)?\}[$]?$|^\[[^\]]{2,40}\][+*{]|^(?:image|text|application|multipart)\/|^\+?\d[\d\s().-]+$|^(?:required|nullable|sometimes|bail|confirmed|filled)\|[\w|:,.]+$|^v?\d+(?:\.\d+){1,3}$|^\d{4}-\d{2}-\d{2}|^[A-Za-z][\w.]*(?:-[A-Za-z]\w*)+-\d+(?:\.\d+)+$/i;

const PATH = /^[.~]{0,2}\/[\w./-]+$/;
/** One of 64 keys in base64 begins with a slash. */
const BASE64 = /^[A-Za-z0-9+/]{20,}={0,2}$/;

/** How passwords are hashed: `bcrypt-sha256`. */
const ALGORITHM = /^(?:bcrypt|argon2|scrypt|pbkdf2|sha-?[0-9]|md5)[\w]{0,6}(?:[-_.][a-z0-9]{1,10}){0,4}$/i;

/** The name of a constant or of a variable: `NEO4J_AUTH`. */
const CONSTANT = /^[A-Z][A-Z0-9]{0,20}(?:_[A-Z0-9]{1,12}){1,5}$/;

/** Names joined by dots, colons or arrows: an expression, or the name of a setting or a message. */
const PROPERTY = /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$-]*)+(?:\(.*)?$/;
/** A part of such a name: words, with at most two digits at its end. */
const WORD_PART = /^[$_]*(?:[A-Z]?[a-z]+|[A-Z]+|_)+[0-9]{0,2}$/;

/**
 * A word, or words joined by punctuation, with at most one digit at the end: `current-password`, `access_token_v2`,
 * `Enter it:`.
 */
const WORDS = /^\p{L}+[\s_./:*?!,'’-]*$|^\p{L}+(?:[\s_./:*?!,'’-]+\p{L}+)+[\s_./:*?!,'’-]*[0-9]?$/u;

/** Which rule an assignment breaks, if its name is that of a secret and its value looks like one. */
export function judge(
  assignment: Assignment,
  example: Example,
): typeof PASSWORD_RULE | typeof SECRET_RULE | undefined {
  const kind = secretNameKind(assignment.name);
  return kind && judgeKind(kind, assignment, example);
}

/** The same when it is already known what kind of name it is. */
export function judgeKind(
  kind: SecretNameKind,
  assignment: Assignment,
  example: Example,
): typeof PASSWORD_RULE | typeof SECRET_RULE | undefined {
  // Quick to test, and most values are short.
  if (assignment.value.length < SHORTEST) return undefined;
  const password = kind === "secret" ? passwordOfPair(assignment) : undefined;
  if (password !== undefined) return judgeKind("password", { ...assignment, value: password }, example);
  // Last, because it takes longest.
  if (!looksLike(kind, assignment, example) || isOtherThan(assignment)) return undefined;
  return kind === "password" ? PASSWORD_RULE : SECRET_RULE;
}

/** Whether the value of an assignment looks like what its name says. */
function looksLike(kind: SecretNameKind, assignment: Assignment, example: Example): boolean {
  const { name, value, inCall = false } = assignment;
  if (OF_PATTERN.test(name) && /[*?[({^$\\]/.test(value)) return false;
  if (kind === "password") return isPassword(assignment, example);
  if (kind === "key") return !example && (isGeneratedKey(value) || isHexKey(assignment));
  return isGeneratedSecret(value, kind === "identified-secret", example, inCall);
}

const PAIR = /^[A-Za-z][\w.@+-]{0,40}:(?<password>[^\s:/]{6,100})$/;

/** The password in `credentials: user:password`. */
function passwordOfPair({ name, value }: Assignment): string | undefined {
  if (!/(?:auth(?:ident)?|cred(?:ential)?s?|login|account)$/i.test(name)) return undefined;
  return PAIR.exec(value)?.groups?.password;
}

/** No secret that is known only by its name is shorter. */
const SHORTEST = 6;

/** Whether it is long and full of signs, as the keys of Django are: whatever it begins with. */
function isDense(value: string): boolean {
  return (
    value.length >= 32 &&
    /[!@#$%^&*+=].*[!@#$%^&*+=]/.test(value) &&
    !/\s|:\/\//.test(value) &&
    shannonEntropy(value) >= 4.3
  );
}

/** Of Ethereum: a token is a contract, which has an address. */
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

/** Whether the value is visibly not a secret but a placeholder, a reference, or a name of something. */
function isOtherThan({ name, value, quoted }: Assignment): boolean {
  const isKey = BASE64.test(value) && looksGenerated(value);
  if (PATH.test(value) && !isKey) return true;
  if (OTHER_THING.test(value) && !isDense(value) && !isKey) return true;
  if (CONSTANT.test(value) || ALGORITHM.test(value)) return true;
  if (isPlaceholder(value) || isDisguisedWord(value)) return true;
  if (isProperty(value, quoted)) return true;
  if (ADDRESS.test(value) && !/secret|private/i.test(name)) return true;
  if (/signing_?key$/i.test(name) && /^[0-9A-F]+$/.test(value)) return true;
  const letters = lettersOf(value);
  return letters.length >= 4 && lettersOf(name).includes(letters) && !/[0-9]{3}/.test(value);
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z]+/g, "");
}

/** `config.db.password`, and not `Tiger.Maple2024`: quoted text with digits is no property. */
function isProperty(value: string, quoted: boolean): boolean {
  if (!PROPERTY.test(value)) return false;
  if (value.includes("(")) return true;
  if (areJoinedNames(value)) return false;
  const parts = value.split(/\.|::|->|\?\./);
  if (parts.some((part) => /[0-9]{3}/.test(part) || !WORD_PART.test(part.replaceAll("-", "")))) return false;
  if (lettersLookRandom(value)) return false;
  // `Tiger.Maple24`: names in programs have no capital and a number at the end.
  return !(quoted && /[0-9]{2}$/.test(value) && parts.some((part) => /^[A-Z][a-z]/.test(part)));
}

const MAX_PASSWORD = 128;

const LONG_HEX = /^[0-9a-f]{32,}$/;
const LONG_LOWER = /^(?=.*[0-9].*[0-9])[a-z0-9]{24,}$/;

function isPassword({ value, quoted, inCall }: Assignment, example: Example): boolean {
  if (value.length < 6 || value.length > MAX_PASSWORD) return false;
  if (/\s/.test(value))
    return !example && (isAppPassword(value) || isPassphrase(value) || (quoted && isPhraseWithDigits(value)));
  if (example === "manual" && (looksChosen(value) || areThreeWords(value))) return true;
  if (example && looksChosenForUse(value)) return true;
  if (example === "manual" && LONG_HEX.test(value)) return looksRandom(value);
  if (example) return value.length >= 16 && looksGenerated(value);
  if (inCall) return looksRandom(value) || isStrong(value) || isDrawn(value);
  if (/^[0-9]{6,}$/.test(value)) return true;
  if (isAppPassword(value) || isDrawn(value)) return true;
  if (areThreeWords(value) || areJoinedNames(value)) return true;
  if (WORDS.test(value)) return value.length >= 8 && (lettersLookRandom(value) || classChanges(value) >= 0.3);
  return /\p{L}/u.test(value) && /[0-9!@#$%^&*?+~=]/.test(value);
}

function isGeneratedSecret(value: string, uuidCounts: boolean, example: Example, inCall: boolean): boolean {
  if (value.length < (example ? 20 : 8)) return false;
  if (/\s/.test(value)) return !example && !inCall && isPassphrase(value);
  if (isUuid(value)) return !example && (uuidCounts || !inCall);
  if (example === "manual" && (LONG_HEX.test(value) || LONG_LOWER.test(value))) return looksRandom(value);
  // Of a JSON Web Token, tests have the first two parts.
  if (example && /^eyJ[\w-]{1,2000}(?:\.[\w-]{0,2000})?$/.test(value)) return false;
  if (example) return looksGenerated(value) && shannonEntropy(value) >= 3.5;
  return looksRandom(value) || (!inCall && (isStrong(value) || isDrawn(value) || isMadeUp(value)));
}

/** Syllables as pwgen draws them, or joined names with two digits; not the name of something: `OneTime2factor`. */
function isMadeUp(value: string): boolean {
  return isPronounceable(value) ? !hasProgramWord(value) : /[0-9]{2}$/.test(value) && areJoinedNames(value);
}

/** `PAT` is short for pattern too, not only for personal access token. */
const OF_PATTERN = /_PAT$/;

/** `ACME_KEY=3f9a1c…`: a variable in capitals is a setting; `key: 3f9a1c…` may as well be what something is looked up by. */
function isHexKey({ name, value }: Assignment): boolean {
  return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_KEY$/.test(name) && HEX_KEY.test(value) && looksRandom(value);
}

/** Of 16, 20, 24 or 32 bytes. */
const HEX_KEY = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{48}|[0-9a-f]{64})$/;

/** The lengths of digests in hexadecimal, and of identifiers. */
const DIGEST_LENGTHS = new Set([8, 16, 24, 32, 40, 48, 56, 64, 96, 128]);

/** No checksum and no identifier, both of which things are looked up by. */
function isGeneratedKey(value: string): boolean {
  if (/^[0-9a-f]{26,}$/.test(value)) return !DIGEST_LENGTHS.has(value.length) && looksRandom(value);
  if (value.length < 20 || /[^A-Za-z0-9+/=_.~-]/.test(value) || isUuid(value.slice(0, 36))) return false;
  if (/^[0-9a-f-]+$/i.test(value) || (value.includes("/") && value.length < 32)) return false;
  if (shannonEntropy(value) < 3.5 || !/[0-9]/.test(value)) return false;
  return looksRandom(value);
}

/** Words that sentences and labels have and passphrases of drawn words do not. */
const SENTENCE =
  /\b(?:the|an?|is|are|was|be|to|of|in|on|for|with|and|or|not|no|your|you|my|this|that|it|its|if|must|should|can|cannot|could|may|will|has|have|as|at|by|from|please|enter|type|invalid|missing|required|use|used|using|set|get|which|when|were|password|passphrase|passwor[dt]\w*|token|secret|key|user|name|value|file|field|string|least|characters?|login|account|reset|change|forgot(?:ten)?|new|old|current|confirm|again|show|hide|sign|log|error|failed|wrong|match|between|optional|text|input|does|did|only|default|bitte|geben|sie|ihr|das|der|die|und|ist|nicht|ein|eine|mit|von|zur|votre|vous|les|des|est|pas|pour|une|los|las|una|con|para|por|que|del)\b/i;

/** A number or a sign after the words. */
const AFTER_WORDS = /(?: [0-9]{1,6}|[!@#+=~*]|[0-9]{1,4}[!@#+=~*]?)$/;

/** Four and more words without grammar, as a passphrase is drawn, perhaps with a number or a sign after them. */
function isPassphrase(value: string): boolean {
  const plain = value.replace(AFTER_WORDS, "");
  const words = plain.split(" ");
  const capitals = words.slice(1).filter((word) => /^[A-Z]/.test(word)).length;
  // `Reset it now` and `Reset It Now` are labels, `reset It now` is none.
  const irregular = capitals > 0 && capitals < words.length - 1;
  return (
    words.length >= 4 &&
    words.length <= 24 &&
    words.every((word) => /^[A-Za-z]?[a-z]{2,15}$/.test(word)) &&
    (plain !== value || irregular || plain === plain.toLowerCase()) &&
    !SENTENCE.test(value) &&
    new Set(words).size >= Math.min(4, words.length - 1) &&
    looksLikeWords(plain.replaceAll(" ", ""))
  );
}

/** `Coffee maple 42 River!`: some words with a number and a sign among them, and no sentence. */
function isPhraseWithDigits(value: string): boolean {
  const words = value.split(" ");
  return (
    words.length >= 2 &&
    words.length <= 7 &&
    words.every((word) => /^[A-Za-z0-9!@#$%^&*?+~_-]{1,16}$/.test(word)) &&
    words.filter((word) => /^[A-Za-z]{3,}/.test(word)).length >= 2 &&
    /[0-9]/.test(value) &&
    /[!@#$%^&*?+~]/.test(value.slice(0, -1) + value.slice(-1).replace("?", "")) &&
    /[A-Z]/.test(value) &&
    !SENTENCE.test(value)
  );
}
