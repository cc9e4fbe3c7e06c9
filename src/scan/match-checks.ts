import { looksRandom } from "./entropy.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { RuleCheck } from "./rule.ts";

/** A match to check: its secret, and the lines from its own on. */
export interface Candidate {
  readonly secret: string;
  /** What follows the match in its line, then the next few lines. */
  readonly following: readonly string[];
}

/** How many lines after a PEM header its body has to start: attributes may come between. */
export const PEM_LOOKAHEAD = 12;

/** The checks that a rule can name. */
export const checks: Readonly<Record<RuleCheck, (candidate: Candidate) => boolean>> = {
  random: ({ secret }) => looksRandom(secret),
  "no-short-word": ({ secret }) => secret.length >= 8 || /[^a-z]/i.test(secret),
  jwt: ({ secret }) => isJwt(secret),
  "basic-credentials": ({ secret }) => isBasicCredentials(secret),
  "pem-body": ({ following }) => hasPemBody(following),
};

function isJwt(token: string): boolean {
  const [header = "", claims = ""] = token.split(".");
  const parsed = parseJson(decode(header));
  return typeof parsed === "object" && parsed !== null && "alg" in parsed && decode(claims).startsWith("{");
}

function isBasicCredentials(encoded: string): boolean {
  const decoded = decode(encoded);
  const colon = decoded.indexOf(":");
  if (colon < 0 || !/^[\x20-\x7e\u00a0-\uffff]+$/.test(decoded)) return false;
  const [user, password] = [decoded.slice(0, colon), decoded.slice(colon + 1)];
  if (password.length < 3) return user.length >= 16 && looksRandom(user);
  return !isPlaceholder(password) && password !== user;
}

/** A line of base64 with what may be around it: quotes, `\n` escapes, operators of concatenation, comment signs. */
const PEM_LINE = /^[\s"'`+#*/>|,-]*(?:\\[nr])*([A-Za-z0-9+/]{16,}={0,2})(?:[\s"'`+,;).\\]|\\[nr]|$)/;
const PEM_ATTRIBUTE = /^[\s"'`+#*/>|,-]*(?:\\[nr])*(?:[A-Za-z-]{3,30}: |["'`+\s\\]*$|\\[nr])/;

/** Whether key material follows a BEGIN line. If not, it is only the words, as in code that reads keys. */
function hasPemBody([rest = "", ...lines]: readonly string[]): boolean {
  if (PEM_LINE.test(rest)) return !isPlaceholder(rest);
  const escaped =
    /^(?:\\r)?\\n(?:[A-Za-z-]{3,30}: [^\\]{1,120}(?:\\r)?\\n){0,6}(?:(?:\\r)?\\n)?[A-Za-z0-9+/]{16,}/;
  if (escaped.test(rest.slice(0, 2000))) return true;
  if (!PEM_ATTRIBUTE.test(rest.slice(0, 200))) return false;
  for (const line of lines) {
    const body = PEM_LINE.exec(line.slice(0, 2000))?.[1];
    if (body !== undefined) return !isPlaceholder(body);
    if (!PEM_ATTRIBUTE.test(line.slice(0, 200))) return false;
  }
  return false;
}

function decode(base64: string): string {
  return Buffer.from(base64, "base64url").toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
