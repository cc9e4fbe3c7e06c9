import { decodeBase64, isBasicCredentials, isRandom } from "../checks.ts";
import { isDrawn, isStrong, looksChosen } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";
import { isTypedPassword } from "../typed-password.ts";

/** Secrets in URLs, and in headers and forms of HTTP. */
export const httpRules: readonly Rule[] = rulesOf("context", [
  {
    id: "url-password",
    what: "a password in a URL",
    keywords: ["://"],
    has: "@",
    line: /:\/\/[^\s"'<>]{1,400}@/,
    pattern:
      /(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/(?<user>[^\s:@/"'`<>\\(){}|^[\]]{0,100}):(?<secret>[^\s@/"'`<>\\]{3,200})@(?<host>[A-Za-z0-9[%_$][^\s/"'`<>\\?#]{0,100})/g,
    check: isUrlPassword,
  },
  {
    id: "url-password",
    what: "a password in a URL",
    keywords: ["://{", "://${", "://%s:"],
    has: "@",
    // Between parts that are put in.
    pattern: /:\/\/(?:\$?\{[\w.()]{1,40}\}|%s):(?<secret>[^\s@/"'\x60<>\\{}$:%]{6,100})@/g,
    check: isTypedPassword,
  },
  {
    id: "url-token",
    what: "a token as the user name of a URL",
    keywords: ["://"],
    has: "@",
    pattern:
      /https?:\/\/(?<secret>[A-Za-z0-9_-]{20,255})(?::x-oauth-basic|:)?@(?!o[0-9]+\.ingest)[A-Za-z0-9[]/g,
    // A Sentry DSN is public: a hexadecimal key at a host of sentry.io or a number as its path.
    line: /^(?!.*@[\w.-]{1,80}\/[0-9]{1,12}\b).*?:\/\/[A-Za-z0-9_:-]{20,300}@/,
    check: isRandom,
  },
  {
    id: "authorization-header",
    what: "the credential of an HTTP authorization header",
    keywords: ["authorization"],
    pattern:
      /authorization\\{0,3}["'`\]]{0,2}\s{0,4}(?:[:=,]|=>)\s{0,4}\\{0,3}[bf]?["'`]?\s{0,4}(?:bearer|token|api-?key|api-token|bot|splunk|negotiate|digest|sso-key|x-api-key|private-token|key|apikey|ssws|oauth|dpop|genie ?key)\s{1,4}(?:token=)?["']?(?<secret>[A-Za-z0-9_~@.+/=:-]{8,2000})/gi,
    minEntropy: 2.75,
    check: isRandom,
  },
  {
    id: "bare-authorization-header",
    what: "the credential of an HTTP header",
    keywords: ["-h ", "--header", "-h'", '-h"', "authorization"],
    pattern:
      /(?:(?:-H|--header)[= ]{0,4}["'](?:(?:proxy-)?authorization|(?:x-)?(?:[a-z]{1,20}-){0,3}(?:api-?key|token|auth|secret|key))|\bauthorization)\\{0,3}["'`\]]{0,2}\s{0,4}(?:[:=,]|=>)\s{0,4}\\{0,3}["'`]?(?!(?:basic|ntlm|negotiate|digest|signature|hawk|aws4-hmac-sha256)\b)(?:[A-Za-z-]{2,14}\s{1,2})?(?<secret>[A-Za-z0-9_~@.+/=:-]{8,2000})(?![A-Za-z0-9 ,="'`]{0,2}=)/gi,
    minEntropy: 2.75,
    check: isRandom,
  },
  {
    id: "authorization-basic",
    what: "a user name and password in an HTTP authorization header",
    keywords: ["basic "],
    pattern:
      /(?:authorization\\{0,3}["'`\]]{0,2}\s{0,4}(?:[:=,]|=>|\s["'])\s{0,4}\\{0,3}[bf]?)["'`]?\s{0,4}basic\s{1,4}(?<secret>[A-Za-z0-9+/_-]{6,2000}={0,2})/gi,
    check: isBasicCredentials,
    alsoInExamples: true,
    // The check looks at the password that it encodes.
    anyText: true,
  },
  {
    id: "authorization-basic",
    what: "a user name and password in an HTTP authorization header",
    keywords: ['"basic ', "'basic ", "`basic "],
    pattern: /["'`]Basic\s{1,2}(?<secret>[A-Za-z0-9+/_-]{12,2000}={0,2})["'`]/g,
    check: isGeneratedBasic,
  },
  {
    id: "authorization-basic",
    what: "a user name and password in an HTTP authorization header",
    keywords: ["basic "],
    // As files of requests have it, for their program to encode.
    pattern:
      /^\s{0,8}authorization:\s{0,4}basic\s{1,4}[\w.@+-]{2,60}[ :](?<secret>[^\s"'`<>{}$]{6,120})\s{0,4}$/gi,
    check: ({ secret }) => !isDisguisedWord(secret) && (/[0-9!@#%^&*?+~]/.test(secret) || isDrawn(secret)),
  },
  {
    id: "authorization-header",
    what: "the credential of an HTTP authorization header",
    keywords: ["- bearer ", '- "bearer ', "- 'bearer ", '"bearer '],
    // In a recorded request, the header is in the line before.
    pattern:
      /^\s{0,40}(?:-\s{1,4})?["']?Bearer\s{1,2}(?<secret>[A-Za-z0-9_~@.+/=:-]{16,2000})["']?,?\s{0,4}$/g,
    minEntropy: 3,
    check: isRandom,
  },
  {
    id: "secret-header",
    what: "the credential of an HTTP header",
    keywords: ["x-honeycomb-team"],
    pattern: /x-honeycomb-team["']?\s{0,2}[:=]\s{0,2}["']?(?<secret>[A-Za-z0-9_-]{20,80})/gi,
    check: isRandom,
  },
  {
    id: "secret-header",
    what: "the credential of an HTTP header",
    keywords: ["token:", "-key:", "-auth:", "apikey:", "secret:", "token'", 'token"', "-key'", '-key"'],
    pattern:
      /(?:^|[\s"'`>])(?:x-(?!csrf|xsrf|request-id|idempotency)(?:[a-z]{1,20}-){0,3}(?:key|apikey|token|auth|secret)|(?:[a-z]{2,12}-){1,3}(?:api-?key|access-?key|secret-?key|subscription-?key|token|auth|secret))(?:\\{0,3}["'`]\s{0,4}[:=,]\s{0,4}|:\s{1,4}|=\s{0,4})["'`]?(?<secret>[A-Za-z0-9_~@.+/=:-]{12,2000})["'`]?/gi,
    line: /^(?!.{0,300}(?:csrf|xsrf|idempotency|-request-|websocket))/i,
    minEntropy: 2.9,
    check: isRandom,
  },
  {
    id: "session-cookie",
    what: "a session cookie",
    keywords: ["cookie:", 'cookie":', "cookie':"],
    pattern:
      /cookie["']?:\s{0,4}["'`]?(?:[^;\n]{1,80};\s{0,2}){0,4}[\w.-]{0,30}(?:session|sess|auth|token|jwt|sid)[\w.-]{0,20}=(?<secret>[A-Za-z0-9_~.+/=%-]{20,2000})/gi,
    minEntropy: 3.5,
    check: isRandom,
  },
  {
    id: "session-cookie",
    what: "a session cookie",
    keywords: ["cookies"],
    // A map of names and values: `cookies = {"PHPSESSID": "…"}`.
    pattern:
      /cookies["']?\s{0,4}[:=]\s{0,4}\{[^{}\n]{0,200}?["']?[\w.-]{0,30}(?:sess|sid|auth|token|jwt)[\w.-]{0,20}["']?\s{0,2}:\s{0,2}["'](?<secret>[A-Za-z0-9_~.+/=%-]{20,2000})["']/gi,
    minEntropy: 3.5,
    check: isRandom,
  },
  {
    id: "session-cookie",
    what: "a session cookie",
    keywords: ['"cookies"'],
    // Of a recorded session: `"cookies":[{"name":"sessionid","value":"…"`.
    pattern:
      /\{\s{0,2}"name"\s{0,2}:\s{0,2}"[\w.-]{0,30}(?:sess|sid|auth|token|jwt)[\w.-]{0,20}"\s{0,2},\s{0,2}"value"\s{0,2}:\s{0,2}"(?<secret>[A-Za-z0-9_~.+/=%-]{20,2000})"/gi,
    minEntropy: 3.5,
    check: isRandom,
  },
  {
    id: "url-query-secret",
    what: "a password in a form or a URL",
    keywords: ["&password=", "&passwd=", "&pwd=", "?password=", "?passwd=", "?pwd="],
    pattern: /[?&](?:password|passwd|pwd)=(?<secret>[A-Za-z0-9%._~+!*-]{8,120})(?=[&"'\x60\s]|$)/gi,
    check: ({ secret }) =>
      !isDisguisedWord(secret) && (isStrong(secret) || isDrawn(secret) || looksChosen(secret)),
  },
  {
    id: "url-query-secret",
    what: "a secret in the query of a URL",
    keywords: [
      "key=",
      "token=",
      "secret=",
      "password=",
      "passwd=",
      "pwd=",
      "auth=",
      "signature=",
      "sig=",
      "appid=",
      "?code=",
    ],
    pattern:
      /[?&](?:amp;)?(?:[a-z]{1,20}[_-]?)?(?:api[_-]?key|access[_-]?key|token|secret|passwd|password|pwd|auth|signature|sig|key(?==[0-9A-Za-z_-]{24,})|code(?==[0-9A-Za-z_/-]{50,90}={2}(?![\w=]))|appid(?==[0-9A-Za-z]{32}(?![\w-])))=(?<secret>[A-Za-z0-9%._~+/-]{8,400}={0,2})/gi,
    line: /^(?!.{0,300}(?:badge|shields\.io))/i,
    minEntropy: 2.75,
    check: isQuerySecret,
  },
]);

/** Hosts on which only the developer's own machine listens. */
const LOCAL_HOST =
  /^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal|db|database|postgres|mysql|mariadb|redis|mongo|rabbitmq|cache)(?::|$)/i;

function isUrlPassword({ secret, groups }: Candidate): boolean {
  const { user = "", host = "" } = groups;
  if (secret.length < 8 && /^[a-z]+$/i.test(secret)) return false;
  if (/^[a-z]+[0-9]?$/.test(secret) && (secret === user || isDisguisedWord(secret))) return false;
  if (/^example\.|\.example(?:\.|:|$)|example\.(?:com|org|net)/.test(host)) return looksRandom(secret);
  if (LOCAL_HOST.test(host))
    return looksRandom(secret) || (!isDisguisedWord(secret) && /[0-9]/.test(secret) && secret.length >= 8);
  return !isDisguisedWord(secret) || looksRandom(secret);
}

function isQuerySecret({ secret }: Candidate): boolean {
  return secret.length >= 16
    ? looksRandom(secret)
    : looksRandom(secret) && /[0-9]/.test(secret) && /[A-Z]/.test(secret);
}

/** Whether the password of the base64 of `user:password` is no trial. */
function isGeneratedBasic(candidate: Candidate): boolean {
  const password = decodeBase64(candidate.secret).replace(/^[^:]*:/, "");
  return isBasicCredentials(candidate) && (looksRandom(password) || isStrong(password) || isDrawn(password));
}
