import { looksRandom } from "../entropy.ts";
import { lettersLookRandom } from "../letter-pairs.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";

/** A word of a command line that may be a secret: in quotes, or up to a blank. No variable, no option. */
const WORD = String.raw`(?:"(?<double>[^"\s$\x60<>{}]{4,200})"|'(?<single>[^'\s<>{}]{4,200})'|(?<secret>[^\s"'\x60$<>{}()[\]|;,&-][^\s"'\x60$<>{}()[\]|;]{3,200}))`;

function command(
  id: string,
  what: string,
  keywords: readonly string[],
  before: string,
  line?: RegExp,
): Omit<Rule, "kind"> {
  return {
    id,
    what,
    keywords,
    pattern: new RegExp(before + WORD, "g"),
    ...(line ? { line } : {}),
    check: isTypedPassword,
  };
}

const PASSWORD = "a password on a command line";

/** Passwords and tokens among the arguments of commands. */
export const commandRules: readonly Rule[] = rulesOf("context", [
  command(
    "command-line-password",
    PASSWORD,
    ["mysql", "mariadb"],
    String.raw`\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mysqlsh|mysqlcheck|mariadb|mariadb-dump)\b(?:\s{1,4}[^\s|;&]{1,100}){0,12}?\s{1,4}-p`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    [
      "docker",
      "podman",
      "psexec",
      "helm",
      "az login",
      "mongo",
      "oc login",
      "nomad",
      "sshpass",
      "redis-cli",
      "ldap",
      "buildah",
      "skopeo",
      "crane",
    ],
    String.raw`\b(?:(?:docker|podman|buildah|skopeo|crane)(?:\s{1,4}[^\s|;&]{1,60}){0,3}?\s{1,4}login\b|helm\s{1,4}(?:registry\s{1,4})?(?:login|repo)\b|az\s{1,4}login\b|mongo(?:sh|dump|restore|export|import)?\b|oc\s{1,4}login\b|sshpass\b|[Pp][Ss][Ee]xec(?:64)?(?:\.exe)?\b)(?:\s{1,4}(?!-p\b)[^\s|;&]{1,120}){0,12}?\s{1,4}-p(?:[ \t]{1,4}|=)?`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    [
      "redis-cli",
      "ldapsearch",
      "ldapadd",
      "ldapmodify",
      "ldappasswd",
      "ldapdelete",
      "keycloak",
      "sqlcmd",
      "bcp ",
    ],
    String.raw`\b(?:redis-cli\b(?:\s{1,4}[^\s|;&]{1,120}){0,12}?\s{1,4}-a[ \t]{1,4}|ldap(?:search|add|modify|passwd|delete|whoami|compare)\b(?:\s{1,4}[^\s|;&]{1,120}){0,12}?\s{1,4}-w[ \t]{0,4}|sqlcmd\b(?:\s{1,4}[^\s|;&]{1,120}){0,12}?\s{1,4}-P[ \t]{0,4})`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    ["--pass", "--pwd", "-password", "-passwd", "-storepass", "-keypass", "-passphrase", "--rootpass"],
    String.raw`(?:^|[\s"'\x60])--?(?:[a-z]{1,16}-){0,3}(?:password|passwd|passphrase|pass|pwd|storepass|keypass|deststorepass|srcstorepass)(?:=|["']?,?[ \t]{1,4}(?!-))`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    ["-token", "--api-key", "--apikey", "--secret", "-secret", "--auth", "--key"],
    String.raw`(?:^|[\s"'\x60])--?(?:[a-z]{1,16}-){0,3}(?:token|api-?key|secret|secret-key|access-key|auth)(?:=|["']?,?[ \t]{1,4}(?!-))`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    [
      "net use",
      "/user:",
      "smbclient",
      "htpasswd",
      "openssl",
      "chpasswd",
      "sudo",
      "vault login",
      "aws configure",
    ],
    String.raw`(?:\bnet\s{1,4}use\b[^|;&\n]{1,120}\s/user:\S{1,80}[ \t]{1,4}|\bsmbclient\b[^|;&\n]{1,120}?\s-U[ \t]{0,4}[\w.\\-]{1,60}%|\bhtpasswd\s(?:\s{0,4}-[a-zA-Z]{1,6}){1,4}\s{1,4}(?:\S{1,100}\s{1,4}){1,2}(?=\S{4,60}\s{0,4}$)|-pass(?:in|out)?[ \t]{1,4}pass:|\bvault\s{1,4}login\s{1,4}|\baws\s{1,4}configure\s{1,4}set\s{1,4}[\w.-]{0,40}(?:secret|token)[\w.-]{0,30}\s{1,4})`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    ["convertto-securestring", "cmdkey", "-credential"],
    String.raw`(?:[Cc]onvert[Tt]o-[Ss]ecure[Ss]tring\s{1,4}(?:-(?:String|AsPlainText|Force)\s{1,4}){0,3}|\bcmdkey\b[^|;&\n]{1,120}?/pass:)`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    ["signtool", "sqlplus", "rman ", "expdp", "impdp", "exp ", "imp "],
    String.raw`(?:\bsigntool(?:\.exe)?"?\s{1,4}sign\b[^|;&\n]{1,200}?\s/p[ \t]{1,4}|\b(?:sqlplus|rman\s{1,4}target|expdp|impdp|exp|imp)\b(?:\s{1,4}-[A-Za-z]{1,8}){0,4}\s{1,4}["']?[\w$#]{1,30}/)`,
  ),
  {
    id: "command-line-password",
    what: PASSWORD,
    keywords: ["sudo -s", "sudo --stdin", "chpasswd", "passwd", "--password-stdin"],
    pattern:
      /\becho\s{1,4}(?:-n\s{1,4})?["']?(?:[\w.-]{1,40}:)?(?<secret>[^\s"'`$|<>:]{6,100})["']?\s{0,4}\|\s{0,4}(?:sudo\s{1,4}(?:-S|--stdin)|(?:sudo\s{1,4})?(?:chpasswd|passwd)|[^|\n]{1,200}\s--password-stdin)\b/g,
    check: isTypedPassword,
  },
  {
    id: "curl-user",
    what: PASSWORD,
    keywords: ["curl", "--user", "http ", "-u "],
    pattern:
      /(?:\s|^)(?:-u|-U|--user|--proxy-user)(?:=|[ \t]{0,4})["']?(?:[^\s:"'$<>{}()]{0,100})["']?:["']?(?<secret>[^\s"'`$<>{}()[\]]{4,200})/g,
    line: /\bcurl\b|^\s*(?:-u|--user|--proxy-user)\b/,
    check: isTypedPassword,
  },
  {
    id: "curl-user",
    what: "a token on a command line",
    keywords: ["curl"],
    pattern: /(?:\s)(?:-u|--user)(?:=|[ \t]{0,4})["']?(?<secret>[A-Za-z0-9_.~-]{16,200}):["']?(?:\s|$)/g,
    line: /\bcurl\b/,
    check: ({ secret }) => looksRandom(secret),
  },
]);

/** Whether what follows an option may be a password: it has digits or signs, or looks random. */
function isTypedPassword({ secret }: Candidate): boolean {
  if (secret.length < 6 || isDisguisedWord(secret)) return false;
  if (
    /^[./~]|^[a-z][a-z0-9+.-]*:\/\/|^[A-Z_]+$|^[0-9]{1,5}(?::[0-9]{1,5})?$|\.(?:sh|txt|ya?ml|json|sql|key|pem)$/.test(
      secret,
    )
  )
    return false;
  if (/^[a-z]+(?:[-_./:=][a-z0-9]+)*$/i.test(secret) && !/[0-9]{2}/.test(secret))
    return lettersLookRandom(secret);
  return /[0-9!@#%^&*?+~]/.test(secret) || lettersLookRandom(secret);
}
