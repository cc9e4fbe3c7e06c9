import { withoutFtl } from "../common/without-ftl.ts";
import { wordsOf } from "./name-words.ts";
import { WordEndings } from "./word-endings.ts";

/** What kind of secret a name says that its value is. */
export type SecretNameKind = "password" | "secret" | "identified-secret" | "key";

/** A line without one of these has no name of a secret in it. */
export const NAME_KEYWORDS: readonly string[] = [
  ..."pass,pwd,psw,secret,token,key,cred,auth,bearer,salt,pepper,motdepasse,contrase,senha,kennwort,wachtwoord,senord,salasana,haslo,clave,schlue,erlang,psk,mnemonic,seed,phrase,app_cert,appcert".split(
    ",",
  ),
  ...["_pw", "rpw", "npw", "tpw", "dpw", "bpw", ".pw", "pw=", "pw:", 'pw"', "pw'", "pw ", "pw>"],
  ...["_pat=", "_pat:", '_pat"', "_pat'", "_pat ", "mdp=", "mdp:", "mdp ", 'mdp"', "mdp'"],
];

/** Words that may follow without changing what the value is: `DB_PASSWORD_PROD`, `secretValue2`. */
const NEUTRAL = new Set(
  "prod production dev development staging stage live test sandbox local default value values val str string text plain plaintext cleartext clear raw old new current previous next primary secondary main backup base64 b64 hex enc encoded env var const literal the a b c x v".split(
    " ",
  ),
);

/** @param words separated by blanks */
function endings(words: string): WordEndings {
  return new WordEndings(words.split(" "));
}

/** Ends of names whose value is a password. People choose those, so they may not look random. */
const PASSWORDS = endings(
  "password passwd passphrase passwort kennwort wachtwoord senha motdepasse contraseña contrasena lösenord losenord salasana haslo clave mdp authtok passcode pwd mypass dbpass userpass adminpass rootpass smtppass mailpass emailpass ftppass sshpass redispass mysqlpass pgpass postgrespass mongopass httppass proxypass basicauthpass authpass loginpass remotepass localpass rabbitmqpass keypass storepass requirepass masterauth pgpassword userpw adminpw dbpw rootpw bindpw psk wpapsk wifikey mnemonic seedphrase secretphrase recoveryphrase",
);

/** Last words that mean a password only as separate words. */
const PASSWORD_WORDS = new Set(["pass"]);
/** Passwords too, unless the word before says that it is a directory or the file of accounts: `OLD_PWD`, `etc_passwd`. */
const PASSWORD_ABBREVIATIONS = new Set(["pw", "pwd", "passwd", "psw"]);
const NO_PASSWORD_OWNERS = /^(?:old|current|etc|shadow|get|file|nss|original|start|initial)$/;
/** Before an ambiguous word there must be one of these or nothing: `first_pass` and `render_pass` are not passwords. */
const PASSWORD_OWNERS =
  /^(?:|db|database|user|admin|root|smtp|imap|pop3|mail|email|ftp|sftp|ssh|redis|mysql|mariadb|pg|postgres|postgresql|mongo|mongodb|http|https|proxy|basic|auth|login|api|rabbitmq|amqp|mqtt|mq|kafka|ldap|ad|service|svc|account|my|the|sudo|vpn|wifi|wlan|bind|master|sql|sa|owner|client|server|remote|app|web|jdbc|mssql|oracle|ora|nexus|jenkins|docker|registry|git|github|gitlab|aws|key|keystore|truststore|cert|certificate|pfx|p12|es|elastic|elasticsearch|default|vault|ansible|become|deploy|ci|bot|router|switch|enable|bios|ipmi|idrac|camera|rtsp|sip|snmp|site|backup|restic|borg|system|sys|host|node|cluster|initial|init|super|superuser|su|guest|tomcat|wp|wordpress|drupal|magento|odoo|grafana|kibana|splunk|zabbix|nagios|minio|s3|ftps|telnet|vnc|rdp|win|windows|domain|secret|network|ssid|rabbit|portal|acct|temp|tmp|test|demo|gmail|instagram|fb|cred|ap|store|usr|u|operator|manager|dev|prod|staging|new|default|router|printer|cam|nas|station|console|hotspot|crm|erp|sap|hr|cassandra|neo4j|clickhouse|influx|influxdb|couchdb|sonar|kibana|logstash|prometheus|airflow|superset|metabase|activemq|mosquitto|emqx|nats|weblogic|websphere|wildfly|jboss|zip|archive|rcon|irc|xmpp|twitter|facebook|linkedin|apple|icloud|google|azure|heroku|joomla|moodle|nextcloud|typo3|shop|portainer|unifi|synology|telegraf|solr|hive|teradata|snowflake|db2|informix|sybase|h2|derby|firebird)$/;

/** Before `PASS`: what is done again, or by a part of a compiler or a renderer. */
const PASSES =
  /^(?:first|second|third|last|final|next|each|one|two|single|multi|num|max|min|render|shadow|light|depth|lighting|geometry|post|pre|by|of|must|did|test|tests|all|any|opt|optimization|function|module|loop|analysis|llvm|compiler|encode|boarding|season|day|ski|high|low|band|blur|bloom|status|result|exit|check)$/;

/** Ends of names whose value is a generated secret, without punctuation. */
const SECRETS = endings(
  "secret secrets token tokens apikey apikeys apihash secretkey secretkeybase accesskey authkey privatekey privkey encryptionkey encryptkey decryptionkey validationkey signingkey signkey masterkey servicekey routingkey accountkey storagekey sharedkey sharedaccesskey presharedkey sessionkey cryptokey cryptkey cipherkey aeskey hmackey jwtkey consumerkey webhookkey deploykey sshkey appkey applicationkey serverkey adminkey subscriptionkey functionkey integrationkey securekey securitykey credential credentials creds cred bearer authcode apipassword salt pepper oauth userauth httpauth basicauth authorization authident connectionkey licensekey appcertificate cookiekey cookiesecret xapikey projectkey writekey restkey networkkey keyvalue enckey recoverykey backupkey wireguardkey wgkey unsealkey signaturekey merchantkey mchkey terminalkey openaikey anthropickey sendgridkey stripekey mailgunkey mailchimpkey mandrillkey sparkpostkey datadogkey cosmoskey servicebuskey braintreekey adyenkey molliekey hubspotkey honeycombkey pagerdutykey opsgeniekey newrelickey grafanakey nugetkey artifactorykey herokukey rsakey noncekey saltkey gatewaykey paymentkey billingkey eventhubkey totpseed otpseed mfaseed erlangcookie schluessel schlüssel githubpat ghpat gitpat gitlabpat adopat azurepat devopspat extpat accesspat userpat deploypat botpat cipat auth",
);

/** With these names, even a UUID is a secret. */
const IDENTIFIED =
  /(?:apikey|apitoken|accesstoken|authtoken|clientsecret|appsecret|secretkey|apisecret|accesskey|refreshtoken|bearertoken|secret)$/;

/** Words before `token`, `secret` or `key` that say that the value is public, or not a secret at all. */
const PUBLIC_BEFORE = new Set(
  "public publickey pub publishable csrf xsrf csrfmiddleware authenticity verification requestverification antiforgery next nextpage page pagination paging continuation cancel cancellation cancellable abort syntax parser lexer lex json design designs style css theme color eos bos pad unk sep cls mask stop start end begin open close max min num total input output prompt completion word sub special added leading trailing comment punctuation keyword operator identifier resume sync delta skip change watch state nonce idempotency dedup request erc20 erc721 nft reward base quote lp stake wrapped native gas governance anon firebase injection provider di site recaptchasite captchasite search searchonly no without invalid bad wrong fake mock dummy example has is use needs require requires validate expected unexpected existing missing ref sort primary foreign partition cache map dict hash row route i18n label known client".split(
    " ",
  ),
);
/** The first and the second key of what Azure has. */
const CLOUD_KEY =
  /(?:cosmos|cosmosdb|storage|storageaccount|servicebus|eventhub|iothub|redis|batch|maps|cognitive|speech|openai)(?:primary|secondary)(?:access|master)?key$/;

/** Before these, the word is the thing itself: a `client_secret` is secret, a `clientToken` is an idempotency key. */
const SECRET_OF_CLIENT = /^(?:secret|secrets|credential|credentials|creds|key)$/;

/** Before `secret`, these name a secret all the same: `csrf_secret` signs the tokens that `csrf_token` holds. */
const SECRET_OF =
  /^(?:hash|csrf|xsrf|state|nonce|cookie|sync|request|resume|watch|verification|search|native|site|stake|reward)$/;

/** Words before `key` in the names of what is looked up by it, and of what is on a keyboard. */
const LOOKED_UP_BY = new Set(
  "cache primary foreign unique index storage local query object map hash row col column route config conf setting settings state item items entry entity field property prop attr attribute data dict record document doc group sort order partition shard range lookup search filter idempotency dedupe react list node tree path file image asset s3 bucket blob queue topic event message msg translation text label title name type kind id hot short shortcut arrow enter escape tab space up down left right ctrl alt shift meta modifier press keyboard any each every first second other same new old next prev previous current parent child own symbol lock mutex trace metric stat redis memcache session user video track room stream content module component feature flag experiment action menu nav tag class style test mock expected actual result input output etag sentinel commit marker magic checksum digest revision build version request span correlation".split(
    " ",
  ),
);

/** Names of whole settings whose value says where a secret is, not what it is. */
const WHERE = endings(
  "name file path ref reference id ids url uri arn type kind field column label hint env var provider manager store version length size count ttl timeout expiry expires expiration format algorithm alg regex pattern policy enabled required min max hash digest header prefix suffix index",
);

/**
 * What a name says about its value, or `undefined` when it says nothing.
 *
 * @param name as written, with `_`, `-`, `.` or capitals between its words
 */
export function secretNameKind(name: string): SecretNameKind | undefined {
  const known = KINDS.get(name);
  if (known !== undefined) return known === NONE ? undefined : known;
  // The same names occur again and again in a file, but not forever.
  if (KINDS.size >= MAX_KNOWN) KINDS.clear();
  const kind = kindOf(name);
  KINDS.set(name, kind ?? NONE);
  return kind;
}

const NONE = "none";
const KINDS = new Map<string, SecretNameKind | typeof NONE>();
const MAX_KNOWN = 20_000;

/** A name of a secret in a line. */
export interface FoundName {
  readonly name: string;
  readonly start: number;
}

const LONGEST_NAME = 80;

/**
 * The names in a text that are those of secrets, in order.
 * @param places where {@link NAME_KEYWORDS} start in it, in order
 */
export function secretNamesIn(text: string, places: readonly number[] = keywordPlaces(text)): FoundName[] {
  const found: FoundName[] = [];
  let end = 0;
  for (const place of places) {
    if (place < end) continue;
    let start = place;
    while (start > 0 && place - start < LONGEST_NAME && isNamePart(text.charCodeAt(start - 1))) start--;
    for (end = place; end - place < LONGEST_NAME && isNamePart(text.charCodeAt(end)); ) end++;
    const whole = text.slice(start, end);
    const trimmed = TO_TRIM.test(whole) ? whole.replace(TRIMMED, "") : whole;
    const name = trimmed.includes(".") ? trimmed.replace(METHOD, "") : trimmed;
    const kind = name === "" ? undefined : secretNameKind(name);
    if (kind === undefined || (kind === "key" && isOtherKey(text, start))) continue;
    if (text[start - 1] === "/" && OF_CHECKSUM.test(text.slice(Math.max(0, start - 10), start))) continue;
    found.push({ name, start: start + whole.indexOf(name) });
  }
  return found;
}

const ANY_KEYWORD = new RegExp(NAME_KEYWORDS.map((keyword) => RegExp.escape(keyword)).join("|"), "gi");

function keywordPlaces(text: string): number[] {
  return Array.from(text.matchAll(ANY_KEYWORD), ({ index }) => index);
}

/** Before the name of what a checksum is of, in the annotations of Kubernetes: `checksum/secret`. */
const OF_CHECKSUM = /(?:checksum|hash|sha256|md5)\/$/i;

/** What is around a name and no part of it. */
const TRIMMED = /^[.0-9-]+|[.-]+$/g;
const TO_TRIM = /^[.0-9-]|[.-]$/;

/** What compares a secret or types it: `password.equals("…")`. */
const METHOD =
  /\.(?:equals(?:IgnoreCase)?|contentEquals|compareTo|fill|type|send_?keys|set_?(?:text|value)|typeText|enterText|unwrap_or\w*|orElse\w*)$/i;

/** Letters, digits and `_ $ @ . -`. */
function isNamePart(unit: number): boolean {
  const letter = unit | 32;
  if (letter >= 97 && letter <= 122) return true;
  return (
    (unit >= 48 && unit <= 57) ||
    unit === 95 ||
    unit === 36 ||
    unit === 64 ||
    unit === 46 ||
    unit === 45 ||
    // Letters of Latin with accents: `contraseña`.
    (unit >= 0xc0 && unit <= 0x17f)
  );
}

function kindOf(name: string): SecretNameKind | undefined {
  const words = wordsOf(name);
  if (words.length >= 3 && words.at(-2) === "for") words.splice(-2);
  while (words.length > 1 && isNeutral(words.at(-1) ?? "")) words.pop();
  if (USED_BY.test(words.at(-1) ?? "") && /^(?:key|secret|token)$/.test(words.at(-2) ?? "")) words.pop();
  const last = (words.at(-1) ?? "").replace(/[0-9]+$/, "");
  const before = words.at(-2) ?? "";
  if (isPasswordOf(words)) return "password";
  if (PASSWORD_WORDS.has(last)) {
    if (PASSWORD_OWNERS.test(before)) return "password";
    return PASSES.test(before) ? undefined : "secret";
  }
  if (PASSWORD_ABBREVIATIONS.has(last)) return NO_PASSWORD_OWNERS.test(before) ? undefined : "password";
  if (WHERE.end(last)) return undefined;
  const joined = words.slice(-4, -1).join("") + last;
  if (PASSWORDS.end(joined)) return "password";
  if (joined.endsWith("applicationserverkey")) return undefined;
  if (CLOUD_KEY.test(joined)) return "secret";
  if (last === "secret" && SECRET_OF.test(before)) return "secret";
  if (/^(?:o?auth)$|csrf|xsrf|authenticity|verificationtoken|antiforgery/.test(joined)) return undefined;
  if (!SECRETS.end(joined) && joined !== "pat") {
    if (last === "pat" && isVariable(name) && words.length >= 2) return "secret";
    return isKey(last, before) && !words.some((word) => OF_OTHER_KEYS.has(word)) ? "key" : undefined;
  }
  if (before === "client" && SECRET_OF_CLIENT.test(last)) return "identified-secret";
  if (PUBLIC_BEFORE.has(before) || PUBLIC_BEFORE.has(words.slice(-3, -1).join(""))) return undefined;
  return IDENTIFIED.test(joined) ? "identified-secret" : "secret";
}

/** Who uses a key: `maps_api_key_server`. */
const USED_BY = /^(?:server|backend|ios|android|eu|us)$/;

/** Words for a password that come first: `senha_banco`, and `password_root`. */
const FIRST = /^(?:senha|contrasena|contraseña|clave|mdp|haslo|motdepasse)$/;
const FIRST_OF_OWNER = /^(?:password|passwd|pwd|passwort|kennwort)$/;

function isPasswordOf([first = "", ...others]: readonly string[]): boolean {
  if (others.length === 0) return false;
  const isFirst =
    FIRST.test(first) ||
    (FIRST_OF_OWNER.test(first) && others.every((word) => word !== "" && PASSWORD_OWNERS.test(word)));
  const last = others.at(-1) ?? "";
  return isFirst && (last === "admin" || !WHERE.end(last));
}

/** Whether the word before says that it is another kind of key: `the public key "…"`. */
function isOtherKey(text: string, start: number): boolean {
  const before = /([a-z]+)[ \t]$/i.exec(text.slice(Math.max(0, start - 24), start))?.[1]?.toLowerCase();
  return before !== undefined && (PUBLIC_BEFORE.has(before) || LOOKED_UP_BY.has(before));
}

/** Whether it is the name of any key, which may as well be one that something is looked up by. */
function isKey(last: string, before: string): boolean {
  return last === "key" && !PUBLIC_BEFORE.has(before) && !LOOKED_UP_BY.has(before);
}

/** Anywhere before `key`: it is public, or of a handshake. */
const OF_OTHER_KEYS = new Set(["public", "websocket", "socket"]);

/** Written as variables of the environment are. */
function isVariable(name: string): boolean {
  return /^[A-Z][A-Z0-9_]+$/.test(name);
}

function isNeutral(word: string): boolean {
  return NEUTRAL.has(word) || /^v?[0-9]+$/.test(word);
}

withoutFtl(secretNamesIn, secretNameKind, kindOf);
