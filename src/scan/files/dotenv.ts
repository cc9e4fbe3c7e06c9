import { judgeKind } from "../assignments/judge.ts";
import type { FileDetector, RuleName } from "../detector.ts";
import { looksRandom } from "../entropy.ts";
import { type Hit, RANK } from "../finding.ts";
import { isPlaceholder } from "../placeholder.ts";
import { secretNameKind } from "../secret-name.ts";

export const DOTENV_RULE: RuleName = {
  id: "dotenv-file",
  what: "a file of environment variables with secrets",
};

const DOTENV = /(?:^|\/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env|\.envrc|\.flaskenv)$/i;
/** Templates, and the file that tests share: by convention these are committed. */
const TEMPLATE =
  /(?:^|[./-])(?:example|examples|sample|template|tmpl|tpl|dist|default|defaults|schema|test|testing|ci|vault)(?:\.env)?$/i;

const ASSIGNED = /^\s*(?:export\s+)?(?<name>[A-Za-z_][\w.-]*)\s*=\s*(?<value>.*)$/;
const COMMENT = /(?:^|\s)#.*$/;

/** Whether a file of this name holds the environment of one machine, and is not a template. */
export function isDotenvFile(path: string): boolean {
  return DOTENV.test(path) && !TEMPLATE.test(path);
}

/** Names that are made for the browser, so that their values are public. */
const PUBLIC_NAME =
  /^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|PUBLIC|VUE_APP|STORYBOOK)_|PUBLIC|PUBLISHABLE|ANON_KEY/i;

/** The lines with a secret, however weak, by its name or its look. The scanner reports the first that nothing else is in. */
export const dotenvDetector: FileDetector = {
  rules: [DOTENV_RULE],
  applies: isDotenvFile,
  find({ text, kind }) {
    if (kind.isExample) return [];
    const hits: Hit[] = [];
    for (let at = 0; at < text.count; at++) {
      const line = text.line(at);
      const { name = "", value: raw = "" } = ASSIGNED.exec(line.slice(0, 4096))?.groups ?? {};
      const value = raw
        .replace(COMMENT, "")
        .trim()
        .replace(/^(["'])(.*)\1$/, "$2");
      if (value === "" || PUBLIC_NAME.test(name) || !isSecret(name, value)) continue;
      const { id, what } = DOTENV_RULE;
      hits.push({ at, start: 0, end: line.length, rule: id, what, rank: RANK.file });
    }
    return hits;
  },
};

/** Numbers, switches, addresses and paths are settings even under such a name: `TOKEN_TTL=3600`. */
const SETTING = /^(?:[0-9.]{1,6}|true|false|yes|no|on|off)$|^[a-z]+:\/\/|^[./~]/i;

function isSecret(name: string, value: string): boolean {
  if (isPlaceholder(value) || SETTING.test(value)) return false;
  const kind = secretNameKind(name);
  if (kind === undefined)
    return value.length >= 20 && /(?:KEY|PASS|PWD|CRED|AUTH|DSN)/i.test(name) && looksRandom(value);
  return (
    value.length >= 3 &&
    (kind === "password" ||
      judgeKind(kind, { name, value, quoted: true }, undefined) !== undefined ||
      value.length >= 8)
  );
}
