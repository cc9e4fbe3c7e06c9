import { judge } from "./assignments/judge.ts";
import { looksRandom } from "./entropy.ts";
import { scanLines } from "./scanner.ts";

/** Shorter values are in many texts by chance. */
const LEAST_BYTES = 8;

/** How deep in JSON values are looked for. */
const MAX_DEPTH = 10;

/**
 * The parts of a secret's value that no text has by chance: not words, addresses, paths, pieces of code, nor what is
 * public beside a secret, as in the file of a cloud's key. Behind the name of a password, the scanner would report each.
 */
export function revealingParts(value: string): string[] {
  return [...partsOf("password", value, 0)].filter((part) => Buffer.byteLength(part) >= LEAST_BYTES);
}

function* partsOf(name: string, value: string, depth: number): Generator<string> {
  const text = value.trim();
  const entries = depth < MAX_DEPTH ? jsonEntries(name, text) : undefined;
  if (entries) for (const [key, inner] of entries) yield* partsOf(key, inner, depth + 1);
  else if (text.includes("\n")) yield* linesOf(text);
  else {
    const password = PASSWORD.exec(text)?.[1];
    if (password !== undefined) yield* partsOf("password", password, depth + 1);
    else if (isSecret(name, text)) yield text;
  }
}

/** The password in `scheme://user:password@host` and in `user:password`. */
const PASSWORD =
  /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^:@/?#\s]*:(?=\S*@)|[^\s:/]+:(?!\/\/))(\S+?)(?:@[^@\s]*)?$/;

/** Hosts, regions and other names: `db-7.internal`. */
const NAME = /^[a-z][a-z0-9]*(?:[-_.:][a-z0-9]+)+$/;

function isSecret(name: string, text: string): boolean {
  if (NAME.test(text) && !looksRandom(text)) return false;
  return (
    judge({ name, value: text, quoted: true }, false) !== undefined ||
    scanLines("values.txt", [{ number: 1, text }]).length > 0
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

/** Lines of a secret of several: those of a key in PEM, but not of its certificate; and those that look random. */
function* linesOf(text: string): Generator<string> {
  let isPublic = false;
  for (const line of text.split(/\r?\n/)) {
    const title = BEGIN.exec(line)?.[1];
    if (title !== undefined) isPublic = PUBLIC.test(title);
    else if (!isPublic && (looksRandom(line.trim()) || isAssigned(line))) yield line.trim();
  }
}

/** A line of settings that has a secret. */
function isAssigned(line: string): boolean {
  return scanLines("values.env", [{ number: 1, text: line }]).length > 0;
}
