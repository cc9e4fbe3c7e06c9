import { looksRandom } from "../entropy.ts";
import { lettersLookRandom } from "../letter-pairs.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";

/** An argument that may come before the user: a URL, a handle, a variable. */
const ARGUMENT = String.raw`(?:[A-Za-z_$@&][\w$.>-]{0,60}(?:\(\))?|"[^"]{0,200}"|'[^']{0,200}'|nil|null)`;
const USER = String.raw`(?:"[^"\s]{0,80}"|'[^'\s]{0,80}'|[A-Za-z_$@][\w$.>-]{0,60}(?:\(\))?)`;
const TEXT = String.raw`(?:"(?<double>[^"\s\\]{6,120})"|'(?<single>[^'\s\\]{6,120})')`;

/** Calls that take the user and the password first. */
const USER_FIRST = [
  String.raw`\.?(?:login|auth|authenticate|basic_?auth|set_?basic_?auth|with_?basic_?auth|connect_as|bind|simple_bind_s|set_?credentials|credentials|logon)`,
  String.raw`\b(?:new\s{1,4})?(?:NetworkCredential|PasswordAuthentication|UsernamePasswordCredentials|UsernamePasswordCredential|BasicAWSCredentials|HTTPBasicAuth|HTTPDigestAuth|HttpBasicAuthenticator|PlainTextAuthProvider|PasswordAuthenticator|PSCredential|PasswordCredential|oci_connect)`,
].join("|");

/** Calls that take where to connect to before them. */
const USER_SECOND = String.raw`\b(?:new\s{1,4})?(?:Sequelize|PDO|mysqli|mysqli_connect|mysql_connect|pg_connect|odbc_connect|getConnection|PlainAuth|ssh2_auth_password|ftp_login|ldap_bind|imap_open|DirectoryEntry)`;

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
    ],
    pattern: new RegExp(
      String.raw`(?:(?:${USER_FIRST})\(\s{0,4}|(?:${USER_SECOND})\(\s{0,4}${ARGUMENT}\s{0,2},\s{0,4}|\bauth\s{0,2}[=:]\s{0,2}[([]\s{0,2})${USER}\s{0,2},\s{0,4}${TEXT}`,
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
]);

/** Not a URL, a path, a name or a message: it has digits or signs, and is not what everyone types for a trial. */
function isPasswordArgument({ secret }: Candidate): boolean {
  if (
    isDisguisedWord(secret) ||
    /^[a-z][a-z0-9+.-]*:|^[./~\\]|^[\w.-]+@[\w-]+\.[\w.-]+$|^[A-Z_]+$|[(){}<>]/.test(secret)
  )
    return false;
  if (/^[a-z]+(?:[-_./:][a-z]+)*[0-9]?$/i.test(secret))
    return secret.length >= 12 && lettersLookRandom(secret);
  if (/^[\w-]+(?:\.[\w-]+)+$/.test(secret) && !/[0-9]{3}/.test(secret)) return looksRandom(secret);
  return /[0-9!@#%^&*?+~]/.test(secret) && /[A-Za-z]/.test(secret);
}
