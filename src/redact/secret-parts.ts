import { isCommonValue, MIN_SECRET } from "./common-values.ts";

/** How deep in JSON values are looked for. */
const MAX_DEPTH = 20;

/**
 * The parts of a secret that programs print without the rest: the password of a URL, the halves of `user:password`, the
 * values in JSON, and a text whose line ends are written as `\n`. Parts that are too short, or common words, are left out.
 *
 * @param secret without white space around it
 */
export function partsOf(secret: string): Set<string> {
  const parts = new Set<string>();
  addParts(secret, parts, 0);
  parts.delete(secret);
  return new Set([...parts].filter((part) => [...part].length >= MIN_SECRET && !isCommonValue(part)));
}

function addParts(text: string, parts: Set<string>, depth: number): void {
  const json = depth < MAX_DEPTH ? jsonValues(text) : undefined;
  if (json) {
    for (const value of json) {
      // An address without a password is not secret, and other output has it too.
      if (!isPublicUrl(value)) parts.add(value.trim());
      addParts(value.trim(), parts, depth + 1);
    }
    return;
  }
  const lines = unescapedLines(text);
  if (lines !== undefined) parts.add(lines);
  for (const password of urlPasswords(text) ?? userAndPassword(text)) parts.add(password);
}

/** The strings in a JSON object or list. */
function jsonValues(text: string): string[] | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return leaves(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(leaves);
}

/** PEM, which is often kept in one line. */
function unescapedLines(text: string): string | undefined {
  return text.startsWith("-----BEGIN ") && text.includes("\\n")
    ? text.replaceAll("\\r", "").replaceAll("\\n", "\n").trim()
    : undefined;
}

/** `scheme://user:password@host` (RFC 3986, section 3.2.1); a password may be percent-encoded. */
const URL_PASSWORD = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^:@/?#]*:(.*)@[^@]*$/s;

function urlPasswords(text: string): string[] | undefined {
  const [, password] = URL_PASSWORD.exec(text) ?? [];
  if (password !== undefined) return [password, decoded(password)];
  return text.includes("://") ? [] : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isPublicUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) && (urlPasswords(text) ?? []).length === 0;
}

/** Both halves of `user:password`, but not of `host:5432`. */
function userAndPassword(text: string): string[] {
  const [, user, password] = /^([^\s:]+):(\S+)$/.exec(text) ?? [];
  if (user === undefined || password === undefined || /^\d{1,5}$/.test(password)) return [];
  return [user, password];
}
