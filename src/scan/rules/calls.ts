import { isRandom } from "../checks.ts";
import { areJoinedNames, isAppPassword, isDrawn, isStrong, looksChosen } from "../chosen-password.ts";
import { classChanges, classesOf, looksRandom } from "../entropy.ts";
import { lettersLookRandom } from "../letter-pairs.ts";
import { isDisguisedWord } from "../placeholder.ts";
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
  String.raw`\.?(?:login|auth|authenticate|basic_?auth|set_?basic_?auth|with_?basic_?auth|connect_as|bind|simple_bind_s|set_?credentials|credentials|logon|UserPassword|username_?password|plain_?credentials|set_?user_?info|change_?password|set_?user_?password|(?:plain)?auth_?plain|wifi\.begin|wifi\.softap|connect_?wifi|register_?user|sign_?in(?:_?with_?email_?and_?password)?|sign_?up|basic)`,
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
      "changepassword",
    ],
    has: ",",
    chosenInTests: true,
    quick: new RegExp(String.raw`,\s{0,4}${QUOTED}`, "i"),
    pattern: new RegExp(
      String.raw`(?:(?:${USER_FIRST})\(\s{0,4}|(?:${USER_SECOND})\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){1,3}?|\bmysql_real_connect\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){2}|\b(?:create|add)_?(?:super)?_?user\(\s{0,4}(?:${ARGUMENT}\s{0,2},\s{0,4}){0,2}?|\bbasic_auth\s{1,2}|\b(?:(?!(?:${WITHOUT})_)[a-z]{2,12}_)?auth\s{0,2}[=:]\s{0,2}[([]\s{0,2})${USER}\s{0,2},\s{0,4}${TEXT}`,
      "gi",
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
    what: "a key in a call",
    keywords: [
      "jwt",
      "hmac",
      "jsonwebtoken",
      "cookieparser",
      "createcipher",
      "openssl_encrypt",
      "openssl_decrypt",
    ],
    pattern:
      /(?:\bjwt\.(?:sign|verify|encode|decode)\([^\n]{1,160}?,\s{0,4}|\bjwt\.(?:encode|decode)\(\s{0,2}\{[^{}\n]{0,200}\},\s{0,4}|\b(?:createHmac|createCipher(?:iv)?|createDecipher(?:iv)?)\(\s{0,2}["'][\w-]{2,20}["'],\s{0,4}(?:Buffer\.from\(\s{0,2})?|\bopenssl_(?:en|de)crypt\([^,\n]{1,80},\s{0,2}["'][\w-]{2,30}["'],\s{0,2}|\bhmac\.new\(\s{0,2}b?|\bcookieParser\(\s{0,2}|\bhash_hmac\(\s{0,2}["'][\w-]{2,20}["'],\s{0,2}[^"'\n]{1,80},\s{0,2})["'](?<secret>[^"'\s\\{}]{6,200})["']/gi,
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a key in a call",
    keywords: ["cryptojs.", "secretkeyspec(", "signwith(", "symmetricsecuritykey("],
    // Of CryptoJS, Java, JJWT and .NET.
    pattern:
      /\b(?:CryptoJS\.\w{2,10}\.(?:en|de)crypt\([^\n]{1,160}?,\s{0,4}|SecretKeySpec\(\s{0,2}(?=["'][^"'\n]{1,200}["']\.(?:getBytes|toByteArray))|signWith\(\s{0,2}(?:SignatureAlgorithm\.)?HS[0-9]{3}\s{0,2},\s{0,2}|SymmetricSecurityKey\(\s{0,2}(?:\w{1,30}\.){0,4}(?:GetBytes|FromBase64String)\(\s{0,2})["'](?<secret>[^"'\s\\{}]{6,200})["']/g,
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
    id: "call-with-password",
    what: "an API key in a call",
    keywords: ["wandb.login("],
    pattern: /\bwandb\.login\(\s{0,2}(?:key\s{0,2}=\s{0,2})?["'](?<secret>[0-9a-f]{40})["']/g,
    check: isRandom,
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
    what: "a key in a call",
    keywords: ["serverclient(", "postmarkclient(", "accountclient("],
    pattern:
      /\b(?:Postmark|Server|Account)Client\(\s{0,2}["'](?<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})["']/g,
    check: ({ secret }) => looksRandom(secret),
  },
  {
    id: "call-with-password",
    what: "a key in a call",
    keywords: ["apisession(", "liveenvironment(", "totp(", "hotp("],
    // Of PagerDuty and PayPal; a key of one-time passwords is base32.
    pattern:
      /(?:\bAPISession\(\s{0,2}["'](?<secret>[A-Za-z0-9_+-]{20})["']|\bLiveEnvironment\(\s{0,2}["'][\w-]{40,100}["']\s{0,2},\s{0,2}["'](?<single>[\w-]{40,100})["']|\b(?:TOTP|HOTP|totp|hotp)\(\s{0,2}["'](?<double>[A-Z2-7]{16,64}={0,6})["'])/g,
    check: isRandom,
  },
  {
    id: "call-with-password",
    what: "a key in a call",
    keywords: ["fernet(", "rollbar.init(", "provider :", "ably."],
    // Of Fernet, Rollbar, OmniAuth and Ably.
    pattern:
      /(?:(?:\bFernet|\brollbar\.init)\(\s{0,2}b?["'](?<secret>[\w-]{43}=|[0-9a-f]{32})["']|\bprovider\s{1,4}:\w{1,40},\s{0,4}["'][\w.-]{8,120}["'],\s{0,4}["'](?<single>[\w~.-]{16,120})["']|\bAbly\.\w{1,20}(?:\.\w{1,20})?\(\s{0,2}["'](?<double>[\w-]{6}\.[\w-]{6}:[\w-]{43})["'])/g,
    check: isRandom,
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

/** Not a URL, a path, a name or a message: it has digits or signs, and is not what everyone types for a trial. */
function isPasswordArgument({ secret }: Candidate): boolean {
  if (
    isDisguisedWord(secret) ||
    /^[a-z][a-z0-9+.-]*:|^[./~\\]|^[\w.-]+@[\w-]+\.[\w.-]+$|^[A-Z_]+$/.test(secret) ||
    (/[(){}<>]/.test(secret) && !(looksRandom(secret) && classesOf(secret) === 4))
  )
    return false;
  if (isDrawn(secret) || isAppPassword(secret) || areJoinedNames(secret)) return true;
  if (/^[a-z]+(?:[-_./:][a-z]+)*[0-9]?$/i.test(secret))
    return (secret.length >= 12 && lettersLookRandom(secret)) || classChanges(secret) >= 0.3;
  if (/^[\w-]+(?:\.[\w-]+)+$/.test(secret) && !/[0-9]{2}/.test(secret)) return looksRandom(secret);
  return /[0-9!@#%^&*?+~]/.test(secret) && /[A-Za-z]/.test(secret);
}

/** Whether nothing but a password looks like it. */
function isChosen(secret: string): boolean {
  return isStrong(secret) || isDrawn(secret) || looksChosen(secret);
}

/** Lists of people and accounts have roles, numbers and places beside the names. */
function isInList(candidate: Candidate): boolean {
  return (
    isPasswordArgument(candidate) && (candidate.groups.people === undefined || looksChosen(candidate.secret))
  );
}
