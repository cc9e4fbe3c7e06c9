import { isDrawn, isStrong, looksChosen } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { isPasswordArgument } from "../password-argument.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";

/** An argument that may come before the user: a URL, a handle, a variable. */
const ARGUMENT = String.raw`(?:[A-Za-z_$@&][\w$.>-]{0,60}(?:\(\))?|"[^"]{0,200}"|'[^']{0,200}'|[0-9]{1,5}|nil|null)`;
const USER = String.raw`(?:"[^"\s]{0,80}"|'[^'\s]{0,80}'|[A-Za-z_$@][\w$.>-]{0,60}(?:\(\))?)`;
/** Neither an address nor a placeholder of a query: `"bob@example.com"`, `"%s"`. */
const TEXT = String.raw`(?:Some\()?(?!["'][\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{1,60}["'])(?:"(?<double>[^"\s\\{}]{6,120})(?:\{\w{1,12}\})?"|'(?<single>[^'\s\\{}]{6,120})(?:\{\w{1,12}\})?'|["'](?<secret>[a-z]{4}(?: [a-z]{4}){3}|[A-Za-z0-9]{4}(?: [A-Za-z0-9]{4}){5})["'])`;
/** What {@link TEXT} matches, and is found faster. */
const QUOTED = String.raw`(?:Some\()?(?:"[^"\s\\{}]{6,120}(?:\{\w{1,12}\})?"|'[^'\s\\{}]{6,120}(?:\{\w{1,12}\})?'|["'](?:[a-z]{4}(?: [a-z]{4}){3}|[A-Za-z0-9]{4}(?: [A-Za-z0-9]{4}){5})["'])`;
/** A text that names a field of a password: `"#password"`, `'input[name="passwd"]'`. */
const FIELD = String.raw`["'\x60][^\n]{0,80}?(?:passw|\bpass\b|passwd|pwd|passphrase|secret|token|api_?key)[^\n]{0,40}?["'\x60]`;
const TYPES = `(?:type|fill|fill_in|send_?keys|set_?value|set_?text|type_?text|enter_?text|input_?text|clearAndType|pressSequentially|replaceText)`;

/** Calls that take the user and the password first. */
const USER_FIRST = [
  String.raw`\.?(?:login|auth|authenticate|basic_?auth|set_?basic_?auth|with_?basic_?auth|connect_as|bind|simple_bind_s|set_?credentials|credentials|logon|UserPassword|username_?password|plain_?credentials|set_?user_?info|change_?password|set_?user_?password|username_pw_set|(?:plain)?auth_?plain|wifi\.begin|wifi\.softap|connect_?wifi|register_?user|sign_?in(?:_?with_?email_?and_?password)?|sign_?up|basic)`,
  String.raw`\b(?:new\s{1,4})?(?:NetworkCredential|PasswordAuthentication|UsernamePasswordCredentials|UsernamePasswordCredential|BasicAWSCredentials|HTTPBasicAuth|HTTPDigestAuth|HttpBasicAuthenticator|PlainTextAuthProvider|PasswordAuthenticator|PSCredential|PasswordCredential|oci_connect|wpdb|X509Certificate2?|LoadPkcs12FromFile)`,
].join("|");

/** Before `_auth`, in the names of lists of pages and of calls. */
const WITHOUT =
  "skips?|no|needs?|requires?|allow|allowed|without|public|optional|ignore|exclude|bypass|disable|enable";

/** Calls that take where to connect to before them. */
const USER_SECOND = String.raw`\b(?:new\s{1,4})?(?:Sequelize|PDO|mysqli|mysqli_connect|mysql_connect|pg_connect|odbc_connect|getConnection|PlainAuth|ssh2_auth_password|ftp_login|ldap_bind|imap_open|DirectoryEntry|p?connect|real_connect|create_?connection|create_?pool|create_?client|db_?connect|open_?connection|MongoCredential\.createCredential|create_?credential|makeConnection|dial|set_?password)`;

/** Passwords that are given to functions after the user, with no name. */
export const callRules: readonly Rule[] = rulesOf("context", [
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: [
      "login",
      "auth",
      "credential",
      "getconnection",
      "sequelize",
      "pdo(",
      "mysqli",
      "_connect(",
      "bind",
      "imap_open",
      "directoryentry",
      "logon",
      "connect_as",
      "connect(",
      "connection(",
      "create_user",
      "createuser",
      "createpool",
      "createclient",
      "superuser(",
      "add_user",
      "adduser",
      "userpassword",
      "usernamepassword",
      "wifi.",
      "sign",
      "basic(",
      "dial(",
      "x509certificate",
      "wpdb(",
      "set_password(",
      "setpassword(",
      "loadpkcs12",
      "change_password",
      "username_pw_set",
      "changepassword",
    ],
    has: ",",
    chosenInTests: true,
    quick: new RegExp(String.raw`,\s{0,4}${QUOTED}`, "i"),
    pattern: new RegExp(
      String.raw`(?:(?:${USER_FIRST})(?:Async)?\(\s{0,4}|(?:${USER_SECOND})\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){1,3}?|\bmysql_real_connect\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){2}|\b(?:create|add)_?(?:super)?_?user\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){0,2}?|\bbasic_auth\s{1,2}|:basic(?:_auth)?,\s{0,4}|\b(?:(?!(?:${WITHOUT})_)[a-z]{2,12}_)?auth\s{0,2}[=:]\s{0,2}[([]\s{0,2})${USER}\s{0,2},\s{0,4}${TEXT}`,
      "gi",
    ),
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: ["redis(", "url.create(", "credentials::new("],
    // Of Redis and SQLAlchemy in Python, and of Lettre in Rust.
    pattern: new RegExp(
      String.raw`\b(?:(?:Strict)?Redis\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){3}|URL\.create\(\s{0,4}["'][\w+]{1,40}["']\s{0,2},\s{0,4}${USER}\s{0,2},\s{0,4}|Credentials::new\(\s{0,4}"[^"\s]{1,80}"(?:\.\w{2,10}\(\))?\s{0,2},\s{0,4})${TEXT}`,
      "g",
    ),
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: ["credentials("],
    // Of sbt: realm, host, user, password.
    pattern: new RegExp(
      String.raw`\bCredentials\(\s{0,4}(?:"[^"]{0,100}"\s{0,2},\s{0,4}){2}${USER}\s{0,2},\s{0,4}${TEXT}`,
      "g",
    ),
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: ["pass", "pwd", "secret", "token", "apikey", "api_key"],
    // Typed into a field by a script that drives a browser.
    chosenInTests: true,
    quick: new RegExp(String.raw`[,(:]\s{0,4}${QUOTED}`, "i"),
    pattern: new RegExp(
      String.raw`(?:\b${TYPES}\(?\s{0,2}(?:\w{1,20},\s{0,2})?${FIELD}\s{0,2},\s{0,4}(?:with:\s{0,2})?|(?:passw|\bpass|pwd)\w{0,20}["'\x60\])]{1,6}(?:\.\w{1,20}\(\)){0,2}\.${TYPES}\(\s{0,2})${TEXT}`,
      "gi",
    ),
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: [".tochararray", "appendchar", ":auth(", ".auth(", "ssh.password(", "openssl", "plaintext("],
    pattern:
      /(?:["'](?<secret>[^"'\s\\]{6,120})["']\.toCharArray\(\)|\bforeach\s{0,2}\(char\s{1,2}\w{1,20}\s{1,2}in\s{1,2}"(?<double>[^"\s\\]{6,120})"|(?:\b(?:redis|red|client|r|ssh)[:.](?:auth|password)|\.(?:unsafe)?PlainText)\(\s{0,2}["'](?<single>[^"'\s\\]{6,120})["']\))/gi,
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: ["equals(", '" ==', "' ==", '"=='],
    // What a variable is compared with, before it: `"…".equals(password)`.
    pattern:
      /["'](?<secret>[^"'\s\\]{6,120})["']\s{0,2}(?:\.equals(?:IgnoreCase)?\(|={2,3}\s{0,2})[\w.$>-]{0,40}(?:password|passwd|pwd|secret|token|api_?key)\b/gi,
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a call",
    keywords: ["createaccount(", "create_account(", "createasync(", "addpasswordasync("],
    // Of Jenkins and of ASP.NET Identity. Other calls of these names take titles and codes.
    quick: new RegExp(String.raw`,\s{0,4}${QUOTED}`, "i"),
    pattern: new RegExp(
      String.raw`(?:\bcreate_?account\(\s{0,2}${USER}|\b(?:Create|AddPassword)Async\([^\n"]{0,100}(?:"[^"\n]{0,80}"[^\n"]{0,60}){0,4})\s{0,2},\s{0,4}${TEXT}\s{0,2}\)`,
      "gi",
    ),
    line: /user|account|admin|identity|realm/i,
    check: (candidate) => isPasswordArgument(candidate) && isChosen(candidate.secret),
  },
  {
    id: "secret-header",
    what: "the credential of an HTTP header",
    keywords: ["forhttpheaderfield"],
    pattern:
      /\(\s{0,2}"(?:(?:Bearer|Token|Basic)\s)?(?<secret>[^"\s\\]{8,400})"\s{0,2},\s{0,2}forHTTPHeaderField:\s{0,2}"(?:[\w-]{0,40}(?:key|token|auth|secret)|authorization)"/gi,
    check: ({ secret }) => looksRandom(secret),
  },
  {
    id: "call-with-password",
    what: "a user name and password that a call encodes",
    keywords: [
      "btoa(",
      "base64",
      "b64encode",
      "encodetostring",
      "buffer.from(",
      "strict_encode64",
      "userpwd",
      "@tcp(",
      "@unix(",
    ],
    pattern:
      /(?:(?:\bbtoa|b64encode|Buffer\.from|base64_encode|encode64|encodeToString|Base64\.encode\w{0,10}|base64\.\w{1,20}|GetBytes|base64)\(\s{0,2}(?:[\w.[\]]{1,40}\(\s{0,2})?[bf]?|CURLOPT_(?:PROXY)?USERPWD\s{0,2},\s{0,4})["'\x60][\w.@+-]{1,60}:(?<secret>[^"'\x60\s\\{}$]{6,120})["'\x60]/gi,
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password in a list of accounts",
    keywords: ["= [('", '= [("', "=[('", '=[("', ": [('", ': [("', "= [['", '= [["', "= (('", '= (("'],
    has: ",",
    quick: new RegExp(String.raw`[,:]\s{0,4}${QUOTED}`, "i"),
    // `CREDENTIALS = [("admin", "…")]`.
    pattern: new RegExp(
      String.raw`\b(?:credentials|creds|logins|(?<people>accounts|users))\s{0,2}(?::=|=|:)\s{0,2}[[({]\s{0,2}[[({]\s{0,2}["'][\w.@-]{1,60}["']\s{0,2},\s{0,4}${TEXT}`,
      "gi",
    ),
    check: isInList,
  },
  {
    id: "call-with-password",
    what: "a password in a connection string",
    keywords: ["@tcp(", "@unix("],
    // The form of Go's driver for MySQL.
    pattern: /["'\x60=\s][\w.-]{1,40}:(?<secret>[^\s"'\x60{}$%/]{6,120})@(?:tcp|unix)\(/g,
    check: isPasswordArgument,
  },
]);

/** Codes are shorter: `Savings#1`. */
const SHORT = 10;

/** Whether nothing but a password looks like it. */
function isChosen(secret: string): boolean {
  const isLong = secret.length >= SHORT;
  return (isLong && (isStrong(secret) || looksRandom(secret))) || isDrawn(secret) || looksChosen(secret);
}

/** Lists of people and accounts have roles, numbers and places beside the names. */
function isInList(candidate: Candidate): boolean {
  return (
    isPasswordArgument(candidate) && (candidate.groups.people === undefined || looksChosen(candidate.secret))
  );
}
