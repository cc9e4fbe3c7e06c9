/** Words that say that the value is not a secret. */
const FAKE =
  /example|placeholder|change[-_ ]?(?:me|it|this)|replace[-_ ]?(?:me|this|with)|insert[-_ ]|your[-_ ]|(?:^|[-_ ])my[-_ ]|dummy|redacted|sample|fixture|lorem|xxxx|\*\*\*|\.\.\.|…|not[-_ ]?(?:a[-_ ]?)?(?:real|secret)|fake|(?:^|[-_ ])todo(?:$|[-_ ])/i;

/** A variable, a template or a format that another program fills in. */
const REFERENCE =
  /\$\{|\$\(|^\$\w|\$[A-Z][A-Z_]{2,}|\{\{|\}\}|^\{[^{}]*\}$|<[^<>]*>|^<|%[sdv](?![A-Za-z0-9])|%\(|%[A-Z_]{3,}%|#\{|@@|^@[A-Za-z_.]+@?$|^\[[^\]]*\]$|^__\w+__$|^&[a-z]+;|process\.env|os\.environ|getenv|import\.meta|(?:^|[^\w])(?:secrets?|env)\.[A-Za-z_]|^(?:vault|arn|op|file|kms|ssm|env):|^ref\+/;

/** Words in place of a secret, and the passwords that everyone uses for trials. */
const WORDS_FOR_A_SECRET =
  /^(?:null|nil|none|undefined|nan|true|false|yes|no|on|off|empty|unset|default|auto|string|str|text|bytes?|char|varchar|number|integer|int|bool(?:ean)?|object|any|unknown|required|optional|hidden|masked|secret|secrets|token|tokens|password|passwords|passwd|passphrase|passwort|pass|pwd|pw|key|api[-_]?key|access[-_]?token|client[-_]?secret|credentials?|login|user(?:name)?|admin(?:istrator)?|root|guest|postgres|mysql|redis|mongo|rabbitmq|minio(?:admin)?|elastic|sa|test(?:ing|er)?|tests?|demo|dev|foo|bar|baz|foobar|qux|abc|qwerty|letmein|value|val|data|input|field|variable|secret[-_]?key|super[-_]?secret|top[-_]?secret|pass[-_]?word|test[-_]?pass(?:word)?|test[-_]?token|test[-_]?secret|test[-_]?key|my[-_]?pass(?:word)?|mysecret|mytoken|x-oauth-basic|x-token-auth|oauth2?|current[-_]password|new[-_]password)[0-9!]{0,4}$/i;

/** `somepassword`, `db_passwd`, `my-secret`: the kind of value instead of the value. */
const NAMED_AFTER_ITSELF = /^[a-z_-]{0,24}(?:password|passwd|passphrase|secret|token|pass|pwd)$/i;

/** Runs along the alphabet, the digits or the keyboard: a long enough piece of one is not random. */
const SEQUENCES = [
  "abcdefghijklmnopqrstuvwxyz",
  "0123456789012345678901234567890",
  "9876543210987654321",
  "qwertyuiopasdfghjklzxcvbnm",
  "aabbccddeeff",
  "a1b2c3d4e5f6",
  "00112233445566778899",
];

/** Longer values are not searched for sequences: nobody types such a placeholder. */
const MAX_SEQUENTIAL = 256;

const RUN = /(.)\1{5,}/;

/** Whether a token of a known form is a placeholder, as in documentation. */
export function isFakeToken(token: string): boolean {
  return FAKE.test(token) || REFERENCE.test(token) || new Set(token).size <= 3 || RUN.test(token.slice(-24));
}

/** Whether a value that was found by its context is not a secret: a placeholder, a reference, a pattern. */
export function isPlaceholder(value: string): boolean {
  if (WORDS_FOR_A_SECRET.test(value) || FAKE.test(value) || REFERENCE.test(value)) return true;
  if (NAMED_AFTER_ITSELF.test(value)) return true;
  // Three different letters are few only in a longer value: `xxx` and `abab` are placeholders, `kim` may be a password.
  return new Set(value).size <= Math.min(3, value.length - 1) || isSequential(value);
}

/** Whether half of the value or more is one run along the alphabet, the digits or the keyboard. */
function isSequential(value: string): boolean {
  if (value.length > MAX_SEQUENTIAL) return false;
  const folded = value.toLowerCase();
  const half = Math.max(5, Math.ceil(folded.length / 2));
  return SEQUENCES.some((sequence) => {
    const length = Math.min(half, sequence.length, 20);
    for (let at = 0; at + length <= folded.length; at++) {
      if (sequence.includes(folded.slice(at, at + length))) return true;
    }
    return false;
  });
}
