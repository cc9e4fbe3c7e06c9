import { looksRandom } from "./entropy.ts";
import { EXAMPLE_CLAIMS, isPlaceholder } from "./placeholder.ts";
import { isPublishedExample } from "./published-examples.ts";
import type { Candidate } from "./rule.ts";

/** How many lines after a PEM header its body has to start: attributes may come between. */
export const PEM_LOOKAHEAD = 12;

export function isRandom({ secret }: Pick<Candidate, "secret">): boolean {
  return looksRandom(secret);
}

/** Whether a token is a JSON Web Token: header and claims decode (RFC 7519), and it is not one of those in manuals. */
export function isJwt({ secret }: Candidate): boolean {
  const [header = "", claims = ""] = secret.split(".");
  const parsed = parseJson(decodeBase64(header));
  if (typeof parsed !== "object" || parsed === null || !("alg" in parsed)) return false;
  const text = decodeBase64(claims);
  return text.startsWith("{") && !EXAMPLE_CLAIMS.test(text) && !PUBLIC_ROLE.test(text);
}

/** What every visitor of a site of Supabase gets. */
const PUBLIC_ROLE = /"role"\s{0,4}:\s{0,4}"anon"/;

/** The same for one whose end may be missing: two parts and more, and the header is an object. */
export function isPartOfJwt(token: string): boolean {
  const [header = "", claims = ""] = token.split(".");
  return /^eyJ[\w-]{12,}$/.test(header) && claims.length >= 8 && !EXAMPLE_CLAIMS.test(decodeBase64(claims));
}

/** Whether a text is the base64 of `user:password` with a real password (RFC 7617). */
export function isBasicCredentials({ secret }: Pick<Candidate, "secret">): boolean {
  const decoded = decodeBase64(secret);
  const colon = decoded.indexOf(":");
  if (colon < 0 || !/^[\x20-\x7e\u00a0-\uffff]+$/.test(decoded)) return false;
  const [user, password] = [decoded.slice(0, colon), decoded.slice(colon + 1)];
  if (password.length < 3) return user.length >= 16 && looksRandom(user);
  return !isPlaceholder(password) && password !== user && !isPublishedExample(secret);
}

/** What may be before and after a line of a key: quotes, operators of concatenation, comment signs, marks of YAML. */
const BEFORE_BODY = /^[\s"'`+#*>|,.(-]{1,80}/;
const AFTER_BODY = /[\s"'`+,;).\\]{1,40}$/;
const PEM_BODY = /^[A-Za-z0-9+/]+={0,2}$/;
const PEM_ATTRIBUTE = /^[A-Za-z-]{3,30}: /;

/** 32 bytes in PKCS#8 take 64 characters; in a diff there may be less. */
const LEAST_BODY = 48;
const FEW_CHARACTERS = 8;

/** Whether key material follows a BEGIN line. If not, it is only the words, as in code that reads keys. */
export function hasPemBody({ following }: Pick<Candidate, "following">): boolean {
  const text = following.map((line) => line.slice(0, 4000)).join("\n");
  let body = "";
  for (const raw of (text.split("-END")[0] ?? "").replace(/\\{1,3}[nr]/g, "\n").split("\n")) {
    const line = raw.replace(BEFORE_BODY, "").replace(AFTER_BODY, "");
    if (line === "" || PEM_ATTRIBUTE.test(line)) continue;
    if (!PEM_BODY.test(line)) break;
    body += line;
    if (body.length >= LEAST_BODY)
      return new Set(body).size > FEW_CHARACTERS && !isPlaceholder(body.slice(0, 64));
  }
  return false;
}

/** @returns the text that a base64 or base64url text encodes */
export function decodeBase64(base64: string): string {
  return Buffer.from(base64, "base64url").toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
