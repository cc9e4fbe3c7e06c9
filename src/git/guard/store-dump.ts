import { memo } from "../../common/memo.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import { allowedRules } from "../../scan/allow-marker.ts";
import type { AddedLine, Finding } from "../../scan/finding.ts";
import { MOST_PATHS, pathKind } from "../../scan/path-kind.ts";
import { isPlaceholder } from "../../scan/placeholder.ts";
import type { StoreData } from "../../store/store-data.ts";

export const DUMP_RULE = "store-dump";

/** `NAME=value`, `name: value`, `"name": "value",`, `export NAME='value'`. */
const SETTING =
  /^\s{0,40}(?:export\s{1,4}|-\s{1,4})?["']?(?<name>[A-Za-z_][\w.-]{0,120})["']?\s{0,4}[:=]\s{0,4}(?<value>\S.{0,4000})$/;

/** How many bytes are looked at to distinguish a list of settings from other text. */
const PROBE = 2 * 1024;
const LARGEST = 1024 * 1024;
const COLON = 58;
const EQUALS_SIGN = 61;

/** Settings of package managers, compilers and build services, which are changed all the time. */
const MANIFEST =
  /(?:^|\/)(?:package|composer|bower|tsconfig[\w.-]*|manifest|lerna|deno|biome|turbo)\.jsonc?$|(?:^|\/)\.(?:travis|gitlab-ci|pre-commit-config|eslintrc|prettierrc|babelrc)[\w.-]*$|(?:^|\/)\.(?:github|circleci)\//i;

/** Whether a file may be a dump: it is a list of settings, and not code, a test or a manual. */
export function mayBeDump(path: string, bytes: Uint8Array): boolean {
  if (bytes.length > LARGEST || !hasSettings(path)) return false;
  // Of short texts, such as most messages, few have what each setting has.
  if (bytes.length <= PROBE && !bytes.includes(COLON) && !bytes.includes(EQUALS_SIGN)) return false;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PROBE)).toString("latin1");
  const lines = start
    .split("\n")
    .filter((line) => line.trim().length > 2 && !line.trimStart().startsWith("#"));
  // Nothing can be said of what is behind the probe.
  if (lines.length === 0) return bytes.length > PROBE;
  return 2 * lines.filter((line) => SETTING.test(line)).length >= lines.length;
}

const hasSettings = memo((path) => {
  const { bareValues, isExample, tokensOnly } = pathKind(path);
  return !(isExample || tokensOnly || MANIFEST.test(path)) && (bareValues || path.endsWith(".json"));
}, MOST_PATHS);

/**
 * The finding about a file that gives values to the names of a store's secrets, as a decrypted copy of a domain does. Its
 * values may look like anything.
 *
 * @param store its path, for the message
 */
export function dumpFinding(
  path: string,
  lines: readonly AddedLine[],
  { domains }: StoreData,
  store: string,
): Finding | undefined {
  const names = new Set([...domains.values()].flatMap(({ secrets }) => [...secrets.keys()].map(folded)));
  const settings = lines.flatMap(({ number, text }) => {
    const { name, value } = SETTING.exec(text)?.groups ?? {};
    return name === undefined || value === undefined
      ? []
      : [{ number, text, name: folded(name), value: bare(value) }];
  });
  const known = settings.filter(({ name, value }) => names.has(name) && isValue(name, value));
  const count = new Set(known.map(({ name }) => name)).size;
  const [first] = known;
  if (!first || count < Math.min(2, names.size) || 2 * known.length < settings.length) return undefined;
  if (allowedRules(first.text, new Set([DUMP_RULE])) !== undefined) return undefined;
  const message =
    `gives values to ${countNoun(count, "secret")} of ${displayName(store)} by name, like a decrypted copy: keep it out of ` +
    "the repository, list it in .gitignore, and replace these secrets if it was ever shared";
  return { path, line: first.number, rule: DUMP_RULE, message };
}

/** Names that differ in case and separators are the same: `db-password` is exported as `DB_PASSWORD`. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}

function bare(value: string): string {
  return value
    .trim()
    .replace(/,$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");
}

/** Not a reference, a placeholder, a nested structure, or the name of the variable. */
function isValue(name: string, value: string): boolean {
  return value !== "" && !/^[[{|>]|^\/|^!/.test(value) && !isPlaceholder(value) && folded(value) !== name;
}
