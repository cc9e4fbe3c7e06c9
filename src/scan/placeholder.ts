import { looksLikeWords } from "./letter-pairs.ts";
import { isPublishedExample } from "./published-examples.ts";

/** Words that say that the value is not a secret. */
const FAKE =
  /example|placeholder|change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|this|with)|insert[-_ ]|your[-_ ]|(?:^|[-_ ])my[-_ ]|dummy|redacted|sample|fixture|lorem|xxxx|\*\*\*|####|\.\.\.|…|not[-_ ]?(?:a[-_ ]?)?(?:real|secret)|fake|(?:^|[-_ ])todo(?:$|[-_ ])|goes[-_ ]?here/i;
/** The same with capitals in place of separators: `YourTokenHere`. */
const FAKE_CAPITALS = /Your(?=[A-Z])|^your[A-Z]|(?:Token|Key|Secret|Password)Here\b|HERE$|Here$/;

/** The same in other languages. */
const FAKE_ELSEWHERE = /^(?:dein|deine|ihr|ihre|mein|votre|mon|tu|su|seu|sua|uw|jouw|twoje)[-_ ][a-z]/i;

/** A variable, a template or a format that another program fills in. */
const REFERENCE =
  /\$\{|\$\(|^\$\w|\$[A-Z][A-Z_]{2,}|\{\{|\}\}|^\{[^{}]*\}$|<[^<>]*>|^<|%[sdv](?![A-Za-z0-9])|%\(\w+\)[sdi]|%[A-Za-z_]\w{2,}%|%env\([^()]*\)%|#\{|^@@\w+@@$|^@Microsoft\.KeyVault\(|^@[A-Za-z_.]+@?$|^\[[^\]]*\]$|^__\w+__$|^&[a-z]+;|process\.env|os\.environ|getenv|import\.meta|(?:^|[^\w])(?:secrets?|env)\.[A-Za-z_]|^(?:vault|arn|op|file|kms|ssm|env|secret|ref|akv|awssm|gcpsm|keyring|keychain|pass):|^ref\+|^!(?:vault|Ref|Sub|GetAtt|secret|env)\b/;

/** Sealed by another program, or a hash: bcrypt and crypt(3), Argon2, PBKDF2, scrypt, LDAP. */
const SEALED =
  /^[\w.@-]{1,60}:\$(?:apr1|2[abxy]?|[156y])\$|^ENC\[|^ENC\(|^encrypted:|^\{cipher\}|^\$ANSIBLE_VAULT|^AgB[A-Za-z0-9+/]{200}|^\$(?:2[abxy]?|argon2\w*|[156]|y|apr1|scrypt|pbkdf2[\w-]*)\$|^2[aby]\$[0-9]{2}\$|^(?:pbkdf2|bcrypt|argon2|scrypt|md5|sha1|sha256)(?:_\w+)?\$|^(?:\{(?:SSHA|SHA|MD5|CRYPT|SMD5|ARGON2|PBKDF2|bcrypt|noop)\}|hash:)|^EJ\[1:|^v1:[A-Za-z0-9+/=]{8,}:|^U2FsdGVkX1|^Ag[A-Za-z0-9+/]{200}|^gAAAAA[\w-]{40}|^CfDJ8[\w-]{20}|^AQICAH|^CiQA[A-Za-z0-9+/]{60}|^(?:wcFMA|wcBMA|hQ[EIGM]MA)[A-Za-z0-9+/]{60}|^YWdlLWVuY3J5cHRpb24|^LS0tLS1CRUdJTiBQR1AgTUVTU0FHR|^enc(?:rypted)?[:_]|^cipher(?:text)?:|^\{(?:AES|AES256|3DES|DES)\}/i;

/** Keys that are made to be public: of Stripe, Mapbox, PostHog, Supabase, Mailgun, LaunchDarkly, New Relic; and in DER. */
const PUBLIC_KEY =
  /^(?:pk_(?:live|test)_|pk\.eyJ|phc_|sb_publishable_|pubkey-|mob-[0-9a-f]{8}-|ssh-(?:rsa|ed25519|dss) |ecdsa-sha2-|age1[a-z0-9]{50}|RW[A-Za-z0-9+/]{52,54}$|6L[\w-]{38}$|NRJS-[0-9a-f]{19}$|MI[A-Za-z0-9+/]{4,6}ANBgkqhkiG9w0BAQEFAAO|MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE|MCowBQYDK2VwAyEA)/;

/** Words in place of a secret, and the passwords that everyone uses for trials. */
const WORDS_FOR_A_SECRET =
  /^(?:null|nil|none|undefined|nan|true|false|yes|no|on|off|empty|unset|default|auto|string|str|text|bytes?|char|varchar|number|integer|int|bool(?:ean)?|object|any|unknown|required|optional|hidden|masked|secret|secrets|token|tokens|password|passwords|passwd|passphrase|passwort|pass|pwd|pw|key|api[-_]?key|access[-_]?token|client[-_]?secret|credentials?|login|user(?:name)?|admin(?:istrator)?|root|guest|postgres(?:ql)?|mysql|mariadb|redis|mongo|rabbitmq|minio(?:admin)?|elastic|sa|test(?:ing|er)?|tests?|demo|dev|foo|bar|baz|foobar|qux|abc|qwerty|letmein|value|val|data|input|field|variable|secret[-_]?key|super[-_]?secret|top[-_]?secret|pass[-_]?word|test[-_]?pass(?:word)?|test[-_]?token|test[-_]?secret|test[-_]?key|my[-_]?pass(?:word)?|mysecret(?:password|token|key)?|mytoken|x-oauth-basic|x-token-auth|oauth2?|current[-_]password|new[-_]password)[0-9]{0,4}[!@#$%^&*.]{0,2}$/i;

/** `somepassword`, `db_passwd`, `my-secret`: the kind of value instead of the value. */
const NAMED_AFTER_ITSELF = /^[a-z0-9_.-]{0,24}(?:password|passwd|passphrase|secret|token|pass|pwd)$/i;

/** What a help text asks for: `USER:PASS`, `PASS1:PASS2`. */
const ASKED_FOR = /^[A-Z]{3,12}[0-9]?(?:[:/|,][A-Z]{3,12}[0-9]?)+$/;

/** Runs along the keyboard. */
const KEYBOARD = ["qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb"];

/** Longer values are not searched for sequences and repetitions: nobody types such a placeholder. */
const MAX_TYPED = 256;

const RUN = /(.)\1{5,}/;

/** Whether a token of a known form is a placeholder, as in documentation. @param token with its prefix */
export function isFakeToken(token: string): boolean {
  if (FAKE.test(token) || FAKE_CAPITALS.test(token) || REFERENCE.test(token)) return true;
  const body = token.slice(0, MAX_TYPED).replace(/^[A-Za-z0-9]{1,12}[_-](?=.{12})/, "");
  const few = body.length >= 24 ? 5 : 3;
  return (
    new Set(body).size <= few ||
    RUN.test(token.slice(-24)) ||
    isSequential(body) ||
    isRepeated(body) ||
    looksLikeWords(body) ||
    encodesPlaceholder(body) ||
    isPublishedExample(token)
  );
}

/** Whether a value that was found by its context is not a secret: a placeholder, a reference, a pattern. */
export function isPlaceholder(value: string): boolean {
  if (WORDS_FOR_A_SECRET.test(value) || FAKE.test(value) || FAKE_CAPITALS.test(value)) return true;
  if (FAKE_ELSEWHERE.test(value)) return true;
  if (REFERENCE.test(value) || SEALED.test(value) || NAMED_AFTER_ITSELF.test(value)) return true;
  if (PUBLIC_KEY.test(value) || ASKED_FOR.test(value) || isExampleJwt(value)) return true;
  // Three different letters are few only in a longer value: `xxx` and `abab` are placeholders, `kim` may be a password.
  if (new Set(value).size <= Math.min(3, value.length - 1)) return true;
  return (
    isSequential(value) ||
    isRepeated(value) ||
    isPublishedExample(value) ||
    encodesPlaceholder(value.slice(value.lastIndexOf("_") + 1))
  );
}

const LEET: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** A text with letters in place of the digits and signs that look like them. */
export function plainSpelling(text: string): string {
  return text.replace(/[013457@$!]/g, (sign) => LEET[sign] ?? sign);
}

/** Whether it is such a word in another spelling, which manuals like: `s3cr3t`, `P@ssw0rd1`. */
export function isDisguisedWord(value: string): boolean {
  const end = /[0-9]{0,4}[!@#$%^&*.]{0,2}$/.exec(value)?.[0] ?? "";
  for (const body of [value, value.slice(0, value.length - end.length)]) {
    const plain = plainSpelling(body);
    if (WORDS_FOR_A_SECRET.test(plain) || NAMED_AFTER_ITSELF.test(plain)) return true;
  }
  return WEAK.test(value);
}

/** Passwords that every manual has. */
const WEAK =
  /^(?:(?:my|some|the|super|very|top)?[-_]?(?:s3cr3t|secret|passw(?:or|0r)d|p@ss\w*)[\w@!#-]{0,8}|correct[- ]?horse.*|opensesame|tiger|scott|welcome[0-9]*|abc123|iloveyou)$/i;

/** Whether half of the value or more runs along the alphabet, the digits or the keyboard, or such runs are interleaved. */
function isSequential(value: string): boolean {
  if (value.length < 5 || value.length > MAX_TYPED) return false;
  const folded = value.toLowerCase();
  const least = folded.length >= 12 ? 0.5 : 0.6;
  if (steps(folded, 1) >= least || (folded.length >= 8 && steps(folded, 2) >= 0.7)) return true;
  // Of a longer value, what is added to the run makes it a password.
  const half = Math.max(5, Math.ceil(folded.length * (folded.length >= 11 ? 0.7 : 0.5)));
  return KEYBOARD.some((row) => {
    const length = Math.min(half, row.length);
    for (let at = 0; at + length <= folded.length; at++) {
      if (row.includes(folded.slice(at, at + length))) return true;
    }
    return false;
  });
}

/** Which part of the characters is in runs of three and more that go up, or down, by at most one. */
function steps(text: string, lag: number): number {
  let inRuns = 0;
  for (let offset = 0; offset < lag; offset++) {
    let direction = 0;
    let length = 1;
    for (let i = offset + lag; i < text.length + lag; i += lag) {
      const step = i < text.length ? stepBetween(text.charCodeAt(i - lag), text.charCodeAt(i)) : undefined;
      if (step !== undefined && step * direction >= 0) {
        length++;
        direction ||= step;
        continue;
      }
      if (length >= SHORTEST_RUN) inRuns += length;
      direction = step ?? 0;
      length = step === undefined ? 1 : 2;
    }
  }
  return inRuns / text.length;
}

const SHORTEST_RUN = 3;

/** 0 or 1 up or down; after 9 comes 0. `undefined` when the characters are not neighbours. */
function stepBetween(before: number, now: number): number | undefined {
  const difference = now - before;
  if (Math.abs(difference) <= 1) return difference;
  return before === 57 && now === 48 ? 1 : undefined;
}

const LONGEST_PERIOD = 16;

/** Whether the value repeats a part of itself: `a1b2a1b2a1b2`, `deadbeefdeadbeef`. */
function isRepeated(value: string): boolean {
  if (value.length < 8 || value.length > MAX_TYPED) return false;
  for (let period = 2; period <= Math.min(LONGEST_PERIOD, value.length / 2); period++) {
    let same = 0;
    for (let i = period; i < value.length; i++) if (value[i] === value[i - period]) same++;
    if (same >= 0.9 * (value.length - period)) return true;
  }
  return false;
}

/** Whether it is a JSON Web Token from a manual, or one that expired with it. */
function isExampleJwt(value: string): boolean {
  return (
    /^eyJ[\w-]+\.eyJ[\w-]+\./.test(value) &&
    EXAMPLE_CLAIMS.test(Buffer.from(value.split(".")[1] ?? "", "base64url").toString("utf8"))
  );
}

/** The claims of the tokens that jwt.io and Supabase print. */
export const EXAMPLE_CLAIMS = /"(?:John Doe|supabase-demo)"/;

/** Base64 that is long enough not to be a word. */
const BASE64 = /^[A-Za-z0-9+/]{12,400}={0,2}$/;

/** Whether it is the base64 of a placeholder or of words, as in manifests of Kubernetes. */
function encodesPlaceholder(value: string): boolean {
  if (value.length % 4 !== 0 || !BASE64.test(value)) return false;
  const text = Buffer.from(value, "base64").toString("latin1").trim();
  if (!/^[\x20-\x7e]+$/.test(text)) return false;
  return (
    FAKE.test(text) ||
    WORDS_FOR_A_SECRET.test(text) ||
    NAMED_AFTER_ITSELF.test(text) ||
    (!/[0-9]/.test(text) && looksLikeWords(text))
  );
}
