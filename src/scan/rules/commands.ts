import { isDrawn } from "../chosen-password.ts";
import { classesOf, looksRandom } from "../entropy.ts";
import { type Rule, rulesOf } from "../rule.ts";
import { isTypedPassword } from "../typed-password.ts";

/** A word of a command line that may be a secret: in quotes, or up to a blank. No variable, no option. */
const WORD = String.raw`(?:"(?<double>(?:[^"\s$\x60<>{}]|\$(?![A-Za-z0-9_{(@*#?!-])){4,200})"|'(?<single>[^'\s<>{}]{4,200})'|(?<secret>[^\s"'\x60$<>{}()[\]|;,&-][^\s"'\x60$<>{}()[\]|;]{3,200}))`;

function command(
  id: string,
  what: string,
  keywords: readonly string[],
  before: string,
  word = WORD,
): Omit<Rule, "kind"> {
  return {
    id,
    what,
    keywords,
    pattern: new RegExp(before + word, "g"),
    check: isTypedPassword,
  };
}

const PASSWORD = "a password on a command line";
/** Other words of a command line. */
const WORDS = String.raw`(?:\s{1,4}[^\s|;&]{1,120})`;

/** Passwords and tokens among the arguments of commands. */
export const commandRules: readonly Rule[] = rulesOf("context", [
  command(
    "command-line-password",
    PASSWORD,
    ["mysql", "mariadb"],
    String.raw`\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mysqlsh|mysqlcheck|mariadb|mariadb-dump)\b(?:["']?,?\s{1,4}[^\s|;&]{1,100}){0,12}?\s{1,4}["']?-p`,
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
    [
      ..."--pass,--pwd,-password,-passwd,-storepass,-keypass,-passphrase,--rootpass,requirepass,masterauth,pass=,pass ,password=,.password ,-pw ".split(
        ",",
      ),
    ],
    String.raw`(?:^|[\s"'\x60])--?(?:[a-zA-Z]{1,16}[-_.]){0,3}(?:[a-zA-Z]{0,12}(?:password|passwd|passphrase|pass|pwd)|masterauth|pw)(?:=|["']?,?[ \t]{1,4}(?!-))`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    [
      "-token",
      "-api-key",
      "--apikey",
      "--secret",
      "-secret",
      "--auth",
      "--key",
      "-account-key",
      "-access-key",
    ],
    String.raw`(?:^|[\s"'\x60])--?(?:[a-z]{1,16}-){0,3}(?:token|api-?key|secret|(?:secret|access|account|storage)-key|auth)(?:=|(?:["']?,?[ \t]{1,4}|["'],(?=["']))(?!["']?-))`,
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
      "wandb login",
      "aws configure",
    ],
    String.raw`(?:\bnet\s{1,4}use\b[^|;&\n]{1,120}\s/user:\S{1,80}[ \t]{1,4}|\bsmbclient\b[^|;&\n]{1,120}?\s-U[ \t]{0,4}["']?[\w.\\/-]{1,60}%|\bhtpasswd\s(?:\s{0,4}-[a-zA-Z]{1,6}){1,4}\s{1,4}(?:\S{1,100}\s{1,4}){1,2}(?=\S{4,60}\s{0,4}$)|-pass(?:in|out)?[ \t]{1,4}pass:|\b(?:vault|wandb)\s{1,4}login\s{1,4}(?:--\S{1,40}\s{1,4}){0,3}|\baws\s{1,4}configure\s{1,4}set\s{1,4}[\w.-]{0,40}(?:secret|token)[\w.-]{0,30}\s{1,4})`,
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
    ["signtool", "sqlplus", "rman ", "expdp", "impdp", "exp ", "imp ", "conan "],
    String.raw`(?:\bconan\s{1,4}(?:remote\s{1,4}login|user)\b${WORDS}{1,6}?\s{1,4}-p[ \t]{1,4}|\bsigntool(?:\.exe)?"?\s{1,4}sign\b[^|;&\n]{1,200}?\s/p[ \t]{1,4}|\b(?:sqlplus|rman\s{1,4}target|expdp|impdp|exp|imp)\b(?:\s{1,4}-[A-Za-z]{1,8}){0,4}\s{1,4}["']?[\w$#-]{1,30}/(?=[^/\s@]{4,60}(?:[@\s"']|$)))`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    ["-keychain", "snmp", "-setcookie", "codecov", "qpdf", "pdftk"],
    String.raw`(?:\b(?:security\s{1,4}(?:create|unlock|set)-key(?:chain|-partition-list)\b${WORDS}{0,6}?\s{1,4}-[pk][ \t]{1,4}|snmp(?:walk|get|getnext|bulkwalk|bulkget|set|table|trap|inform|status|df)\b${WORDS}{0,14}?\s{1,4}-[AX][ \t]{1,4}|qpdf\b${WORDS}{0,4}?\s{1,4}--(?:encrypt|password)(?:=|[ \t]{1,4})|pdftk\b${WORDS}{1,8}?\s{1,4}(?:user_pw|owner_pw|input_pw)[ \t]{1,4})|(?:^|[\s"'])-setcookie[ \t]{1,4}|codecov(?:\.io/bash\))?${WORDS}{0,6}?\s{1,4}-t[ \t]{1,4})`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    [
      "rclone obscure",
      "wpa_passphrase",
      "/password:",
      "/passwd:",
      "/pass:",
      " /rp ",
      "netsh ",
      "ejabberdctl",
      "prosodyctl",
    ],
    String.raw`(?:\brclone\s{1,4}obscure\s{1,4}|\bwpa_passphrase\s{1,4}(?:"[^"]{1,40}"|\S{1,40})\s{1,4}|\s/(?:password|passwd|pass|rp)(?::|\s{1,4})|\bnetsh\b${WORDS}{1,10}?\s{1,4}key=|\b(?:ejabberdctl|prosodyctl)\s{1,4}(?:register|change_password)\s{1,4}\S{1,60}\s{1,4}\S{1,80}\s{1,4})`,
  ),
  // Of any command: after the user.
  command(
    "command-line-password",
    PASSWORD,
    [" -p"],
    String.raw`\s(?:-[uU]|--user(?:name)?|--login|-l)(?:=|\s{0,2})["']?[\w.@\\-]{1,60}["']?${WORDS}{0,4}?\s{1,4}-(?:p|P|pw|pass)(?:=|\s{1,2})`,
  ),
  command(
    "command-line-password",
    PASSWORD,
    [
      "7z ",
      "7z.exe",
      "7za ",
      "rar ",
      "zip ",
      "mosquitto",
      "openssl",
      "lftp",
      "freerdp",
      "rdesktop",
      "plink",
      "pscp",
      "putty",
      "net user",
      "rabbitmqctl",
    ],
    String.raw`\b(?:(?:7z[ar]?|rar|unrar)(?:\.exe)?\b"?${WORDS}{1,6}?\s{1,4}-h?p|(?:zip|unzip|mosquitto_(?:pub|sub|rr))\b${WORDS}{0,10}?\s{1,4}-P\s{0,2}|openssl\s{1,4}(?:enc|aes\S{1,20}|des\S{0,6})\b${WORDS}{0,10}?\s{1,4}-k\s{1,2}|openssl\s{1,4}passwd(?:\s{1,4}-\S{1,10}){0,4}\s{1,4}|lftp\b${WORDS}{0,4}?\s{1,4}(?:-u\s{1,2}|--user=)["']?[\w.@-]{1,60},|(?:x|w)freerdp\b${WORDS}{1,8}?\s{1,4}/p:|(?:rdesktop|plink|pscp|psftp|putty)(?:\.exe)?\b${WORDS}{0,8}?\s{1,4}-pw?\s{1,2}|net\s{1,4}user\s{1,4}[\w.-]{1,40}\s{1,4}|rabbitmqctl\s{1,4}(?:add_user|change_password)\s{1,4}\S{1,60}\s{1,4})`,
  ),
  command(
    "command-line-password",
    "a secret on a command line",
    [
      "config set",
      "kv put",
      "user-secrets",
      "etcdctl",
      "put-parameter",
      "secret set",
      "secrets set",
      "secret-string",
      "secret:create",
      "http-basic",
      "alias set",
      "env:set",
      "host add",
    ],
    String.raw`\b(?:(?:config\s{1,4}set|env:set|kv\s{1,4}put|user-secrets\s{1,4}set|etcdctl\s{1,4}(?:put|set))(?:\s{1,4}--?[\w-]{1,30}){0,3}\s{1,4}["']?[\w/.:@-]{0,80}(?:password|passwd|pwd|secret|token|api[-_]?key|auth|PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|_KEY)\w{0,20}["']?\s{1,4}|(?:put-parameter|secrets?\s{1,4}set|secret:create|(?:create|update)-secret|put-secret-value)\b${WORDS}{0,10}?\s{1,4}(?:--value|--secret-string|--body|-b)(?:=|\s{1,2})|\bmc\s{1,4}(?:alias\s{1,4}set|config\s{1,4}host\s{1,4}add)\s{1,4}\S{1,60}\s{1,4}\S{1,200}\s{1,4}\S{1,60}\s{1,4}|config\s{1,4}(?:--\w{1,10}\s{1,4})?http-basic\.\S{1,60}\s{1,4}\S{1,60}\s{1,4})`,
  ),
  {
    id: "command-line-password",
    what: PASSWORD,
    keywords: ["--from-literal"],
    pattern: /--from-literal[= ]["']?[\w.-]{1,60}=["']?(?<secret>[^\s"'`$<>{}()]{8,200})/g,
    check: ({ secret }) =>
      looksRandom(secret) || isDrawn(secret) || (isTypedPassword({ secret }) && classesOf(secret) >= 4),
  },
  {
    id: "command-line-password",
    what: "a password before a command",
    keywords: ["password=", "passwd=", "_pass=", "_pwd=", "rediscli_auth="],
    // Inside a string, as in what a coding agent may run: `"Bash(PGPASSWORD=… psql …)"`.
    pattern:
      /(?:^|[\s"'\x60(;])(?:[A-Z][A-Z0-9_]{0,40}_)?(?:[A-Z]{0,8}PASSWORD|PASSWD|PASS|PWD|REDISCLI_AUTH)=(?:\\?["'])?(?<secret>[^\s"'\x60$<>{}()\\|;&]{6,120})(?:\\?["'])?\s{1,2}(?=[a-z./])/g,
    check: isTypedPassword,
  },
  {
    id: "command-line-password",
    what: "a secret that a script puts into a file",
    keywords: ["sed -", "sed '", 'sed "'],
    // In place of its name: `s/__DB_PASS__/…/`.
    pattern:
      /\bsed\b[^\n|;]{0,60}?\bs(?<sign>[/|#,])[_%@{$<\\]{0,4}\w{0,40}(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN|API_?KEY)[_%@}>]{0,4}\k<sign>(?<secret>[^\s"'\x60$<>{}/|#,]{6,120})\k<sign>/gi,
    check: isTypedPassword,
  },
  {
    id: "command-line-password",
    what: PASSWORD,
    keywords: ["quote pass"],
    // Of ftp.
    pattern: /\bquote\s{1,4}pass\s{1,4}(?<secret>[^\s"'\x60$<>{}]{6,120})/gi,
    check: isTypedPassword,
  },
  {
    id: "curl-user",
    what: PASSWORD,
    keywords: ["curl", "--user", "http ", "https ", "xh ", "-u "],
    pattern:
      /(?:\s|^)(?:-u|-U|-a|--auth|--user|--proxy-user)(?:=|[ \t]{0,4})["']?(?:[^\s:"'$<>{}()]{0,100})["']?:["']?(?<secret>[^\s"'`$<>{}()[\]]{4,200})/g,
    line: /\b(?:curl|https?|xh)\s|^\s*(?:-u|--user|--proxy-user)\b/,
    check: isTypedPassword,
  },
  {
    id: "curl-user",
    what: "a token on a command line",
    keywords: ["curl"],
    pattern:
      /(?:\s)(?:-u|--user)(?:=|[ \t]{0,4})["']?(?<secret>[A-Za-z0-9_.~-]{16,200}):(?:x|X|xxx|api_token|token|)["']?(?:\s|$)/g,
    line: /\bcurl\b/,
    check: ({ secret }) => looksRandom(secret),
  },
]);
