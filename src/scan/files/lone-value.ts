import { judgeKind } from "../assignments/judge.ts";
import type { FileDetector, RuleName } from "../detector.ts";
import { looksRandom } from "../entropy.ts";
import { RANK } from "../finding.ts";
import { isPlaceholder } from "../placeholder.ts";
import { areRandomBytes } from "../random-bytes.ts";
import { type SecretNameKind, secretNameKind } from "../secret-name.ts";

const LONE_VALUE_RULE: RuleName = { id: "secret-file", what: "a file with nothing but a secret" };

/** Endings that say nothing about what the value is. */
const ENDING = /\.(?:txt|dat|conf|cfg|asc|b64|base64|hex|prod|production|staging|dev|local)$/i;
/** Files whose name is an exact name of the file of a program. */
const SECRET_FILES =
  /(?:^|\/)(?:\.?vault[_-]?pass(?:word)?(?:[_.-][\w.-]+)?|\.vault-token|\.cookie|\.erlang\.cookie|master\.key|config\/credentials\/[\w-]+\.key|\.?secret_key_base|\.?secret_token)$/i;
const IN_SECRETS = /(?:^|\/)\.?secrets?\/[^/]+$/i;
/** Other kinds of files, which other rules look at. */
const OTHER =
  /\.(?:ya?ml|json|xml|env|ini|toml|properties|md|html?|[cm]?[jt]sx?|py|rb|go|rs|java|php|sh|ps1|sql|pem|crt|cer|pub|gpg|age|enc|sops|csv|tf|lock|log)$/i;

/** Quick to test: every such path has one of these. */
const MAY_APPLY = /\.json$|pass|pwd|pw|psk|secret|token|key|cred|auth|salt|cookie|phrase/i;

/** A file of one line, whose name says that this line is a secret. */
export const loneValueDetector: FileDetector = {
  rules: [LONE_VALUE_RULE],
  applies: (path) => MAY_APPLY.test(path) && (path.endsWith(".json") || kindOf(path) !== undefined),
  find({ path, text, kind: { isExample } }) {
    const kind = kindOf(path);
    const only = onlyLine(path, text.count, (at) => text.line(at));
    if (only === undefined || isExample) return [];
    const value = text.line(only).trim();
    if (!isKeypair(value) && (kind === undefined || !isSecret(path, kind, value))) return [];
    const { id, what } = LONE_VALUE_RULE;
    return [{ at: only, start: 0, end: value.length, rule: id, what, rank: RANK.known - 10 }];
  },
};

function kindOf(path: string): SecretNameKind | undefined {
  if (SECRET_FILES.test(path)) return /pass/i.test(path) ? "password" : "identified-secret";
  const base = path.slice(path.lastIndexOf("/") + 1).replace(ENDING, "");
  if (OTHER.test(base)) return undefined;
  if (OF_TWO_LINES.test(path)) return "password";
  const named = secretNameKind(base.replace(/^\.+/, "")) ?? kindOfEnding(base);
  return named ?? (IN_SECRETS.test(path) ? "secret" : undefined);
}

/** The file of a key of Solana: its 64 bytes as numbers. */
function isKeypair(value: string): boolean {
  return /^\[(?:[0-9]{1,3}, ?){63}[0-9]{1,3}\]$/.test(value) && areRandomBytes(value.slice(1, -1));
}

/** What `openai.key` or `prod.pass` says. */
function kindOfEnding(base: string): SecretNameKind | undefined {
  if (/\.(?:pass|password|passwd|pwd|pw)$/i.test(base)) return "password";
  return /\.(?:key|secret|token|apikey|credentials?)$/i.test(base) ? "secret" : undefined;
}

/** A file of a user and a password, as OpenVPN reads it. */
const OF_TWO_LINES = /(?:auth|login|credentials?|creds|user-?pass|pass|up)(?:\.\w{1,5})?$/i;

/** The only line that is not empty, or the second after a user. `undefined` when there are more or none. */
function onlyLine(path: string, count: number, line: (at: number) => string): number | undefined {
  if (count > 4) return undefined;
  const filled = Array.from({ length: count }, (_, at) => at).filter((at) => line(at).trim() !== "");
  const isPair =
    filled.length === 2 && OF_TWO_LINES.test(path) && /^[\w.@+-]{2,60}$/.test(line(filled[0] ?? 0).trim());
  return filled.length === 1 ? filled[0] : isPair ? filled[1] : undefined;
}

function isSecret(path: string, kind: SecretNameKind, value: string): boolean {
  if (SECRET_FILES.test(path)) return value.length >= 8 && !isPlaceholder(value) && !value.includes(" ");
  if (value.length > 512) return false;
  return (
    judgeKind(kind, { name: "", value, quoted: true }, undefined) !== undefined ||
    (kind !== "password" && looksRandom(value) && !isPlaceholder(value))
  );
}
