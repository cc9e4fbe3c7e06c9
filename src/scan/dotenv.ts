import { type Hit, RANK } from "./finding.ts";
import { isPlaceholder } from "./placeholder.ts";
import type { ScanInput } from "./scan-input.ts";

export const DOTENV_RULE = {
  id: "dotenv-file",
  what: "a file of environment variables with values",
} as const;

const DOTENV = /(?:^|\/)(?:\.env(?:\.[\w.-]+)?|[\w.-]+\.env)$/i;
/** Templates, and the file that tests share: by convention these are committed. */
const TEMPLATE =
  /[.-](?:example|examples|sample|template|tmpl|tpl|dist|default|defaults|schema|test|testing|ci|vault)(?:\.env)?$/i;

const ASSIGNED = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(?<value>.*)$/;
const COMMENT = /(?:^|\s)#.*$/;

/** Whether a file of this name holds the environment of one machine, and is not a template. */
export function isDotenvFile(path: string): boolean {
  return DOTENV.test(path) && !TEMPLATE.test(path);
}

/** The first line with a real value that no other rule has found. A file is reported once. */
export function dotenvHits(scanned: ScanInput, seen: ReadonlySet<number>): Hit[] {
  if (!isDotenvFile(scanned.path)) return [];
  for (const [at, { text }] of scanned.lines.entries()) {
    const value = ASSIGNED.exec(text.slice(0, 4096))?.groups?.value?.replace(COMMENT, "").trim();
    const bare = value?.replace(/^(["'])(.*)\1$/, "$2");
    if (bare === undefined || bare === "" || seen.has(at) || isPlaceholder(bare)) continue;
    return [
      { at, start: 0, end: text.length, rule: DOTENV_RULE.id, what: DOTENV_RULE.what, rank: RANK.file },
    ];
  }
  return [];
}
