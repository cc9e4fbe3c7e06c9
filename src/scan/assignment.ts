import { looksRandom, shannonEntropy } from "./entropy.ts";
import { type Hit, RANK } from "./finding.ts";
import { patternFilter } from "./keyword-filter.ts";
import type { PathKind } from "./path-kind.ts";
import { isPlaceholder } from "./placeholder.ts";
import { LONG_LINE, type ScanInput } from "./scan-input.ts";
import { secretNameKind } from "./secret-name.ts";

export const PASSWORD_RULE = { id: "password-assignment", what: "a password" } as const;
export const SECRET_RULE = { id: "secret-assignment", what: "a key or token" } as const;

/** A line without one of these has no name of a secret in it. */
const NAME_WORDS = /pass|pwd|pw|psw|secret|token|key|cred|auth|bearer|salt|pepper|motdepasse|contrase/g;
const candidateLines = patternFilter(NAME_WORDS);

/**
 * A name, what joins it to a value, and the value: quoted, or without quotes up to a space or a delimiter.
 * Covers `a = "b"`, `"a": "b"`, `a: b`, `a=b`, `'a' => 'b'`, `a := "b"`, `a("b")`, `f("a", "b")`, `<a>b</a>`,
 * `key="a" value="b"` and `ENV a b`.
 */
const ASSIGNMENT =
  /(?<![\w$-])(?<name>[A-Za-z_$][\w$.-]{0,80})(?:["'`\]]{1,3}(?:\s{0,4}\)?\s{1,4}value)?)?(?:\s{0,20}(?<joiner>===?|!==?|=>|:=|\?=|\|\|=|\?\?=|\+=|[:=(,]|->)\s{0,4}|(?<tag>>)|[ \t]{1,4}(?=["'`]))(?:[A-Za-z]{0,2}(?<quote>["'`])(?<quoted>(?:[^"'`\\]|\\.|(?!\k<quote>)["'`]){1,400})\k<quote>|(?<bare>[^\s"'`,;<>(){}[\]|]{6,400}))/g;

/** Docker and shell: `ENV NAME value`, `set NAME value`, `setenv`, `SetEnv`. */
const SPACED =
  /^\s{0,20}(?:ENV|ARG|set|setx|setenv|SetEnv)[ \t]{1,8}(?<name>[A-Za-z_][\w.-]{0,80})[ \t]{1,8}(?<bare>[^\s"'`,;<>(){}[\]|=]{6,400})/g;

/** What may follow a value without quotes: the end of the line or a comment. Otherwise it is prose or code. */
const AFTER_BARE = /^\s*(?:$|#|\/\/|;|&&|\\|,|<\/|--|[A-Za-z_]\w*=)/;

/** Finds secrets by the name that they are assigned to. */
export function assignmentHits(scanned: ScanInput): Hit[] {
  if (scanned.kind.tokensOnly) return [];
  const hits: Hit[] = [];
  for (const at of candidateLines.lines(scanned.lowered)) {
    const text = scanned.lines[at]?.text ?? "";
    if (text.length <= LONG_LINE) hits.push(...lineHits(text, at, scanned.kind));
  }
  return hits;
}

function lineHits(text: string, at: number, kind: PathKind): Hit[] {
  const hits: Hit[] = [];
  for (const pattern of [ASSIGNMENT, SPACED]) {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const { name = "", joiner, quoted, bare, tag } = match.groups ?? {};
      const value = quoted ?? bare ?? "";
      const end = match.index + match[0].length - (quoted === undefined ? 0 : 1);
      // The value may be the next name: `key = token = "…"`, `f(name, "…")`.
      pattern.lastIndex = Math.max(match.index + name.length, end - value.length);
      const nameKind = secretNameKind(name);
      if (!nameKind || (joiner === "," && !isFirstArgument(text.slice(0, match.index), name))) continue;
      const spaced = joiner === undefined && tag === undefined;
      if (spaced && !kind.bareValues) continue;
      if (quoted === undefined && !isBareValue(kind, tag !== undefined, text.slice(end))) continue;
      const isSecret =
        nameKind === "password"
          ? isPassword(value, kind)
          : isGeneratedSecret(value, nameKind === "identified-secret", kind);
      if (!isSecret) continue;
      const rule = nameKind === "password" ? PASSWORD_RULE : SECRET_RULE;
      hits.push({
        at,
        start: end - value.length,
        end,
        rule: rule.id,
        what: rule.what,
        rank: RANK.assignment,
      });
    }
  }
  return hits;
}

/** `define("DB_PASSWORD", "…")` assigns; `derive("password", "…")` and `f(token, "…")` do not. */
function isFirstArgument(before: string, name: string): boolean {
  return /\(\s?["']$/.test(before.slice(-3)) && /[A-Z]|[a-z][_.-][a-z]/.test(name);
}

function isBareValue(kind: PathKind, inTag: boolean, rest: string): boolean {
  return inTag ? rest.startsWith("</") : kind.bareValues && AFTER_BARE.test(rest);
}

/** A path, an identifier, a call or a type, which the value of a secret's name often is in code. */
const NAME_LIKE =
  /^[A-Za-z_$][\w$]*(?:(?:\.|::|->|\?\.)[A-Za-z_$][\w$]*)+(?:\(.*)?$|^[.~]{0,2}\/[\w./-]+$|^[A-Za-z]:\\|^[\w-]+\.(?:json|ya?ml|pem|key|crt|txt|js|ts|py|properties|xml|env|p12|jks|pfx)$|^https?:\/\/|^#[\w-]+$|^\.[\w-]+$|^\[\w+|^\/.*\/[a-z]*$|^\^|\(\?|\\[dws]/i;

/** A word, or words joined by punctuation with at most one digit at the end: `current-password`, `access_token_v2`, `Enter it:`. */
const WORDS = /^\p{L}+[\s_./:*?!,'’-]*$|^\p{L}+(?:[\s_./:*?!,'’-]+\p{L}+)+[\s_./:*?!,'’-]*[0-9]?$/u;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function isPassword(value: string, kind: PathKind): boolean {
  if (value.length < 6 || value.length > 128 || /\s/.test(value)) return false;
  if (NAME_LIKE.test(value) || WORDS.test(value) || isPlaceholder(value)) return false;
  if (kind.isExample) return value.length >= 12 && looksRandom(value);
  const hasLetter = /\p{L}/u.test(value);
  const hasOther = /[0-9!@#$%^&*?+~]/.test(value);
  return (hasLetter && hasOther) || /^[0-9]{6,}$/.test(value);
}

function isGeneratedSecret(value: string, uuidCounts: boolean, kind: PathKind): boolean {
  if (value.length < (kind.isExample ? 20 : 10) || /\s/.test(value)) return false;
  if (NAME_LIKE.test(value) || isPlaceholder(value)) return false;
  if (UUID.test(value)) return uuidCounts && !kind.isExample;
  return looksRandom(value) && (!kind.isExample || shannonEntropy(value) >= 3.5);
}
