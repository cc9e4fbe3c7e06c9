import { decodeBase64, isBasicCredentials } from "../checks.ts";
import type { FileDetector, RuleName } from "../detector.ts";
import { looksRandom } from "../entropy.ts";
import { type Hit, RANK } from "../finding.ts";
import { isDisguisedWord, isPlaceholder } from "../placeholder.ts";
import type { ScanInput } from "../scan-input.ts";

/** A kind of file with credentials, known by its name, and what a line of it with a secret looks like. */
interface KnownFile {
  readonly rule: RuleName;
  readonly path: RegExp;
  /** The secret is the group of that name. */
  readonly line: RegExp;
  readonly check?: (secret: string) => boolean;
}

const CREDENTIALS_RULE: RuleName = {
  id: "credentials-file",
  what: "a file in which a program keeps credentials",
};
const HASHES_RULE: RuleName = { id: "password-hashes", what: "a file of password hashes" };

const FILES: readonly KnownFile[] = [
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)[._]?netrc(?:\.\w+)?$|(?:^|\/)\.authinfo$/i,
    line: /(?:^|\s)password\s{1,20}(?<secret>\S{4,200})/,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)\.?pgpass(?:\.conf)?$/i,
    line: /^[^#\s:](?:[^:\\]|\\.){0,100}:(?:[0-9]{1,5}|\*):(?:[^:\\]|\\.){1,100}:(?:[^:\\]|\\.){1,100}:(?<secret>.{3,200}?)\s{0,8}$/,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)(?:rsyncd\.secrets|\.?smbcredentials|\.?passwd-s3fs|sasl_passwd|\.?s3fs|\.fetchmailrc|\.?msmtprc|secrets\.tdb|esmtprc|\.mbsyncrc|\.offlineimaprc)$/i,
    line: /^(?!\s{0,20}#)(?:[^\s:]{1,100}:(?<secret>[^\s:/]{6,100})|\S{1,100}\s{1,20}\S{1,60}:(?<mail>\S{4,100})|\s{0,20}pass(?:word)?\s{1,8}"?(?<plain>[^\s"]{4,100})"?)\s{0,8}$/i,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)(?:chap|pap)-secrets$/i,
    line: /^(?!\s{0,20}#)"?[\w.@*-]{1,60}"?\s{1,8}\S{1,60}\s{1,8}"?(?<secret>[^\s"*]{4,100})"?(?:\s{1,8}\S{1,60})?\s{0,8}$/,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)ipsec(?:\.\w+)?\.secrets$/i,
    line: /:\s{0,8}(?:PSK|XAUTH|EAP)\s{1,8}"?(?<secret>[^\s"]{6,200})"?/i,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)(?:sitemanager|recentservers|filezilla)[\w.-]{0,40}\.xml$/i,
    line: /<Pass(?:\s[^>]{0,80})?>(?<secret>[^<\s]{3,400})<\/Pass>/i,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)(?:\.dockercfg|\.dockerconfigjson|(?:\.?docker|\.?podman|containers)\/(?:config|auth)\.json|\.docker\/[\w.-]+\.json)$/i,
    line: /"(?:auth|identitytoken|registrytoken|password)"\s{0,8}:\s{0,8}"(?<secret>[^"\s]{6,4000})"/,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /\.tfstate(?:\.\w+)?$/i,
    line: /"(?:result|secret|secret_string|password_data)"\s{0,8}:\s{0,8}"(?<secret>[^"\s]{8,4000})"/,
    check: (secret) => isReal(secret) && looksRandom(secret),
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)userlist\.txt$/i,
    line: /^"[^"]{1,60}"\s{1,4}"(?!md5[0-9a-f]{32}|SCRAM-)(?<secret>[^"]{6,200})"/,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)\.?davfs2?\/secrets$/i,
    line: /^[^#\s]\S{0,200}\s{1,8}\S{1,60}\s{1,8}"?(?<secret>[^\s"]{4,100})/,
  },
  {
    rule: CREDENTIALS_RULE,
    path: /(?:^|\/)\.rediscli_history$/i,
    line: /^\s{0,8}auth\s{1,4}(?:[\w.-]{1,40}\s{1,4})?(?<secret>\S{6,200})\s{0,4}$/i,
  },
  {
    rule: HASHES_RULE,
    path: /(?:^|\/)[\w.-]{0,40}\.?ht(?:passwd|digest)[\w.-]{0,20}$|(?:^|\/)(?:shadow|gshadow|passwd|unix_users)(?:[.-][\w-]+)?$/i,
    line: /^[^\s:#]{1,100}:(?:[^:]{1,100}:)?(?<secret>\$(?:apr1|2[abxy]?|[1567y]|argon2\w{1,3})\$\S{8,200}?|\{SHA\}[A-Za-z0-9+/=]{20,40}|[./A-Za-z0-9]{13}|[0-9a-f]{32})(?::|\s{0,8}$)/,
    check: () => true,
  },
];

/** Quick to test; few paths have one of these. */
const ANY =
  /netrc|\.tfstate|authinfo|pgpass|secrets|smbcred|passwd|sasl_|s3fs|fetchmail|msmtp|esmtp|mbsync|offlineimap|\.xml$|docker|podman|containers|htdigest|shadow|unix_users|userlist|rediscli/i;

/** Files of programs that hold passwords, whatever they look like. */
export const knownFileDetector: FileDetector = {
  rules: [CREDENTIALS_RULE, HASHES_RULE],
  applies: (path) => ANY.test(path) && FILES.some((file) => file.path.test(path)),
  find: (input) =>
    input.kind.isExample
      ? []
      : FILES.filter(({ path }) => path.test(input.path)).flatMap((file) => hitsIn(file, input)),
};

function hitsIn({ rule, line: pattern, check = isReal }: KnownFile, { text }: ScanInput): Hit[] {
  const hits: Hit[] = [];
  for (let at = 0; at < text.count; at++) {
    const line = text.line(at);
    const groups = line.length > 6000 ? undefined : pattern.exec(line)?.groups;
    const secret = groups?.secret ?? groups?.mail ?? groups?.plain;
    if (secret === undefined || !check(secret)) continue;
    const start = line.lastIndexOf(secret);
    hits.push({ at, start, end: start + secret.length, rule: rule.id, what: rule.what, rank: RANK.known });
  }
  return hits;
}

function isReal(secret: string): boolean {
  return !isPlaceholder(secret) && !isDisguisedWord(secret);
}

/** Credentials of container registries in any file: `"auth": "…"` with the base64 of a user and a password. */
export const registryAuth = {
  id: "registry-auth",
  what: "the credential of a container registry",
  keywords: ['auth"', 'auth\\"'],
  pattern: /"auth\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"(?<secret>[A-Za-z0-9+/]{8,4000}={0,2})\\{0,3}"/g,
  check: isBasicCredentials,
} as const;

/** The same, all of it encoded, as in a Kubernetes Secret: the base64 of `{"auths":`. */
export const encodedRegistryAuth = {
  id: "registry-auth",
  what: "the credential of a container registry",
  keywords: ["eyjhdxrocyi6"],
  pattern: /eyJhdXRocyI6[A-Za-z0-9+/]{20,8000}={0,2}/g,
  check: ({ secret }: { readonly secret: string }) => {
    const text = decodeBase64(secret);
    const auth = /"auth"\s{0,4}:\s{0,4}"(?<secret>[^"]+)"/.exec(text)?.groups?.secret;
    if (auth !== undefined) return isBasicCredentials({ secret: auth });
    const password = /"password"\s{0,4}:\s{0,4}"(?<secret>[^"]+)"/.exec(text)?.groups?.secret;
    return password !== undefined && isReal(password);
  },
} as const;
