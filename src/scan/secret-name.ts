/** What kind of secret a name says that its value is. */
export type SecretNameKind = "password" | "secret" | "identified-secret";

/** Words that may follow without changing what the value is: `DB_PASSWORD_PROD`, `secretValue2`. */
const NEUTRAL = new Set(
  "prod production dev development staging stage live test sandbox local default value values val str string text plain plaintext clear raw old new current previous next primary secondary main backup base64 b64 hex enc encoded env var const literal the a b c x v".split(
    " ",
  ),
);

/** Ends of names whose value is a password. People choose those, so they may not look random. */
const PASSWORDS =
  /(?:password|passwd|passphrase|passwort|motdepasse|contrasena|dbpass|userpass|adminpass|rootpass|smtppass|mailpass|emailpass|ftppass|sshpass|redispass|mysqlpass|pgpass|postgrespass|mongopass|httppass|proxypass|basicauthpass|authpass|loginpass|rabbitmqpass|keypass|storepass|pgpassword|userpw|adminpw|dbpw|rootpw)$/;

/** Last words that mean a password only as separate words. */
const PASSWORD_WORDS = new Set(["pwd", "pw", "pass", "passwd", "psw"]);
/** Before an ambiguous word there must be one of these or nothing: `first_pass` and `render_pass` are not passwords. */
const PASSWORD_OWNERS =
  /^(?:|db|database|user|admin|root|smtp|mail|email|ftp|sftp|ssh|redis|mysql|pg|postgres|mongo|http|proxy|basic|auth|login|api|rabbitmq|mq|ldap|service|account|my|the|sudo|vpn|wifi|bind|master|sql|sa|owner|client|server|app|jdbc|mssql|oracle|ora|kafka|nexus|jenkins|docker|registry|git|github|gitlab|aws|key|keystore|truststore|cert|pfx|p12|es|elastic|elasticsearch)$/;

/** Ends of names whose value is a generated secret, without punctuation. */
const SECRETS =
  /(?:secret|secrets|token|tokens|apikey|apikeys|secretkey|secretkeybase|accesskey|authkey|privatekey|privkey|encryptionkey|encryptkey|signingkey|signkey|masterkey|servicekey|accountkey|storagekey|sharedkey|sessionkey|cryptokey|cryptkey|cipherkey|aeskey|hmackey|jwtkey|consumerkey|webhookkey|deploykey|sshkey|appkey|applicationkey|serverkey|adminkey|subscriptionkey|functionkey|integrationkey|securekey|securitykey|credential|credentials|creds|cred|bearer|authcode|apipassword|salt|pepper|oauth|userauth|httpauth|basicauth|authorization|connectionkey|instrumentationkey|licensekey|cookiekey|cookiesecret|xapikey|projectkey|writekey|restkey|keyvalue)$/;

/** With these names, even a UUID is a secret. */
const IDENTIFIED =
  /(?:apikey|apitoken|accesstoken|authtoken|clientsecret|appsecret|secretkey|apisecret|accesskey|refreshtoken|bearertoken|secret)$/;

/** Names that end with such a word and whose value is public, or not a secret at all. */
const PUBLIC =
  /(?:public|pub|publishable|csrf|xsrf|antiforgery|next|nextpage|page|pagination|paging|continuation|cancel|cancellation|cancellable|abort|syntax|parser|lexer|lex|json|design|designs|style|css|theme|color|eos|bos|pad|unk|sep|cls|mask|stop|start|end|begin|open|close|max|min|num|total|input|output|prompt|completion|word|sub|special|added|leading|trailing|comment|punctuation|keyword|operator|identifier|resume|sync|delta|skip|change|watch|state|nonce|idempotency|dedup|request|erc20|erc721|nft|reward|base|quote|lp|stake|wrapped|native|gas|governance|anon|firebase|injection|provider|di|site|recaptchasite|captchasite|no|without|invalid|bad|wrong|fake|mock|dummy|example|has|is|use|needs|require|requires|validate|expected|unexpected)(?:token|tokens|secret|secrets|key|credential|credentials|creds)$|clienttoken$/;

/**
 * What a name says about its value, or `undefined` when it says nothing.
 *
 * @param name as written, with `_`, `-`, `.` or capitals between its words
 */
export function secretNameKind(name: string): SecretNameKind | undefined {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  while (words.length > 1 && isNeutral(words.at(-1) ?? "")) words.pop();
  const last = (words.at(-1) ?? "").replace(/[0-9]+$/, "");
  const before = words.at(-2) ?? "";
  if (PASSWORD_WORDS.has(last)) return PASSWORD_OWNERS.test(before) ? "password" : undefined;
  const joined = words.slice(-4, -1).join("") + last;
  if (PASSWORDS.test(joined)) return "password";
  if (!SECRETS.test(joined) || PUBLIC.test(before + last)) return undefined;
  return IDENTIFIED.test(joined) ? "identified-secret" : "secret";
}

function isNeutral(word: string): boolean {
  return NEUTRAL.has(word) || /^[0-9]+$/.test(word);
}
