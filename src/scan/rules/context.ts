import { decodeBase64, isBasicCredentials, isRandom } from "../checks.ts";
import { isDrawn, isStrong, looksChosen } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { encodedRegistryAuth, registryAuth } from "../files/known-files.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { areRandomBytes } from "../random-bytes.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";
import { isTypedPassword } from "../typed-password.ts";

/** Secrets known by what is around them: URLs, headers, connection strings, statements, a provider's name. */
export const contextRules: readonly Rule[] = rulesOf("context", [
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
  {
    id: "key-in-bytes",
    what: "a key in hexadecimal",
    keywords: ["fromhex", "unhexlify(", "hex2bin(", "hex.decode(", "key = buffer.from(", "key: buffer.from("],
    pattern:
      /\b(?:[A-Za-z]{1,20}_?)?key\s{0,2}(?::\s{0,2}\w{1,20}\s{0,2})?(?::?=|:)\s{0,2}(?:[\w.]{1,20}\.)?(?:fromhex|fromHexString|unhexlify|hex2bin|Buffer\.from|Hex\.decode)\(\s{0,2}["'](?<secret>[0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64}|[0-9a-f]{128})["'](?=\)|,\s{0,2}["']hex)/gi,
    line: /^(?!.{0,200}(?:test|expect|vector|example|public|pub_?key|(?:sort|partition|row|range|primary|foreign|cache|index|lookup)_?key))/i,
    check: isRandom,
  },
  {
    id: "aws-secret-access-key",
    what: "an AWS secret access key",
    keywords: ["aws", "secretaccesskey", "secret_access_key", "secret_key", "secretkey"],
    pattern:
      /(?:aws[\w.\- ]{0,30}|secret_?(?:access_?)?key)\\{0,3}["']?(?:\s{0,4}(?:=>|:=|[:=,])\s{0,4}|\s{1,4})\\{0,3}["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    minEntropy: 4,
    check: isRandom,
  },
  {
    id: "provider-key-by-name",
    what: "an API key or token of a service",
    keywords: [
      ..."twilio,datadog,dd_api,dd_app,cloudflare,cf_api,heroku,algolia,snyk,okta,mailgun,fastly,travis,codecov,cohere,mistral,zendesk,rapidapi,newrelic,new_relic,sentry,trello,asana,bitbucket,jira,sourcegraph,hetzner,deepgram,sonar,assemblyai,coveralls,wandb,pagerduty,opsgenie,virustotal,shodan,etherscan,alchemy,infura,openweather,gitter,launchdarkly,pushover,finnhub,kraken,coinbase,binance,bittrex".split(
        ",",
      ),
    ],
    pattern:
      /(?:twilio|datadog|dd_|cloudflare|cf_|heroku|algolia|snyk|okta|mailgun|fastly|travis|codecov|cohere|mistral|zendesk|rapidapi|new_?relic|sentry|trello|asana|bitbucket|jira|sourcegraph|hetzner|deepgram|sonar|assemblyai|coveralls|wandb|pagerduty|opsgenie|virustotal|shodan|etherscan|alchemy|infura|openweather|gitter|launchdarkly|pushover|finnhub|kraken|coinbase|binance|bittrex)[\w.-]{0,30}(?:key|token|secret|password|auth|login)[\w.-]{0,12}["'\]]{0,2}\s{0,4}(?:=>|:=|[:=,])\s{0,4}["'`]?(?<secret>[A-Za-z0-9_-]{24,80})(?![A-Za-z0-9_-])/gi,
    quick: /[:=,>]\s{0,4}["'`]?[A-Za-z0-9_-]{24}/,
    line: /^(?!.{0,300}(?:public|search_?only|client_?token))/i,
    minEntropy: 3,
    check: isRandom,
  },
  {
    id: "wallet-private-key",
    what: "the private key of a wallet",
    keywords: ["accounts: ["],
    pattern: /\baccounts:\s{0,2}\[\s{0,2}["'`](?:0x)?(?<secret>[0-9a-f]{64})["'`]/g,
    minEntropy: 3,
  },
  {
    id: "wallet-private-key",
    what: "the private key of a wallet",
    keywords: ['"0x', "'0x", "=0x", ": 0x", "-key 0x", "pk = 0x", "key = 0x"],
    pattern: /(?<![A-Za-z0-9])(?<secret>0x[0-9a-fA-F]{64})(?![A-Za-z0-9])/g,
    line: /private|secret|mnemonic|deployer|signer|wallet|\bpk\b|from_?key|accounts\s{0,4}[:=]/i,
    minEntropy: 3,
  },
  {
    id: "vault-unseal-key",
    what: "a key that unseals a Vault",
    keywords: ["unseal"],
    pattern:
      /\bunseal(?:\s{1,4}key\s{1,4}[0-9]{1,2}:|(?:\s{1,4}-[\w-]{1,30}(?:=\S{1,100})?){0,4})\s{1,4}(?<secret>[A-Za-z0-9+/]{44}|[0-9a-f]{66})(?![A-Za-z0-9+/])/gi,
    minEntropy: 3.5,
  },
  registryAuth,
  encodedRegistryAuth,
  {
    id: "twilio-key",
    what: "a Twilio auth token",
    keywords: ['"ac', "'ac"],
    pattern: /(?<![A-Za-z0-9])AC[0-9a-f]{32}["'][^"'\n]{1,40}["'](?<secret>[0-9a-f]{32})["']/g,
    check: isRandom,
  },
  {
    id: "session-cookie",
    what: "a session cookie",
    keywords: ["\ttrue\t", "\tfalse\t"],
    // The file of cookies of Netscape and curl: host, subdomains, path, secure, expiry, name, value.
    pattern:
      /^\S{1,200}\t(?:TRUE|FALSE)\t\S{1,200}\t(?:TRUE|FALSE)\t[0-9]{1,12}\t[\w.-]{0,40}(?:sess|sid|auth|token|jwt|login|remember)[\w.-]{0,40}\t(?<secret>\S{16,4000})/gi,
    check: isRandom,
  },
  {
    id: "kaggle-key",
    what: "an API key of Kaggle",
    keywords: ['username"', 'username\\"'],
    pattern:
      /"username\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"[^"]{1,60}"\s{0,4},\s{0,4}\\{0,3}"key\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"(?<secret>[0-9a-f]{32})\\{0,3}"/g,
    check: isRandom,
  },
  {
    id: "kaggle-key",
    what: "an access key beside its user",
    keywords: ["user: '", 'user: "', "user' =>", '"user":'],
    // Of Sauce Labs and BrowserStack, in the settings of tests.
    pattern:
      /\buser["']?\s{0,2}(?:=>|[:=])\s{0,2}["'][\w.@-]{1,60}["'],\s{0,4}["']?key["']?\s{0,2}(?:=>|[:=])\s{0,2}["'](?<secret>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{20})["']/g,
    check: isRandom,
  },
  {
    id: "private-calendar",
    what: "the private address of a calendar",
    keywords: ["/calendar/ical/"],
    pattern: /\/calendar\/ical\/[^\s/"']{1,200}\/private-(?<secret>[0-9a-f]{32})\//g,
    check: isRandom,
  },
  {
    id: "razorpay-key",
    what: "a secret key of Razorpay",
    keywords: ["rzp_live_", "rzp_test_"],
    pattern:
      /rzp_(?:live|test)_[A-Za-z0-9]{14}["']?\s{0,2}[,:]\s{0,2}["']?(?<secret>[A-Za-z0-9]{24})(?![A-Za-z0-9])/g,
    check: isRandom,
  },
  {
    id: "plain-password-entry",
    what: "a password in the clear",
    keywords: ["{plain}", "{cleartext}", "{clear}", "{noop}"],
    pattern: /\{(?:PLAIN|CLEARTEXT|CLEAR|noop)\}(?<secret>[^\s:"'<>{}$]{6,100})/gi,
    check: ({ secret }) =>
      !isDisguisedWord(secret) && (/[0-9!@#%^&*?+~]/.test(secret) || looksRandom(secret) || isDrawn(secret)),
  },
  {
    id: "robot-variable",
    what: "a password or token in a variable of Robot Framework",
    keywords: ["password}", "passwd}", "pwd}", "secret}", "token}", "key}"],
    pattern:
      /^\s{0,8}[$]\{[\w -]{0,40}(?:password|passwd|pwd|secret|token|api_?key)\}\s{0,2}(?:=\s{1,8}|\s{2,20})(?<secret>[^\s$%@&{}][^\s${}]{5,199})\s{0,8}$/gi,
    line: /^\s{0,8}[$]\{/,
    chosenInTests: true,
    check: ({ secret }) => /[0-9!@#%^&*?+~]/.test(secret) || looksRandom(secret) || isDrawn(secret),
  },
  {
    id: "key-in-bytes",
    what: "a key as numbers",
    keywords: ["key"],
    has: ",",
    quick: /[0-9a-f],\s{0,2}(?:[0-9-]|\(byte\))/i,
    pattern:
      /(?:aes|enc(?:ryption)?|decryption|network|session|hmac|secret|private|master|shared|signing|device|root|app|cipher)_?key\s{0,2}(?:\[[^\]]{0,20}\])?\s{0,2}(?:=|:)\s{0,2}(?:new\s{1,2})?(?:(?:bytes|Uint8Array|byte)\(?(?:\[\])?\s{0,2})?[{[(]\s{0,2}(?<secret>(?:(?:\(byte\)\s?)?(?:0x[0-9a-f]{1,2}|-?[0-9]{1,3}),\s{0,2}){15,63}(?:\(byte\)\s?)?(?:0x[0-9a-f]{1,2}|-?[0-9]{1,3}))/gi,
    line: /^(?!.{0,200}(?:test|expect|vector|example|public|sbox))/i,
    anyText: true,
    check: ({ secret }) => areRandomBytes(secret),
  },
  {
    id: "wordpress-salt",
    what: "a key or salt of WordPress",
    keywords: ["_key'", '_key"', "_salt'", '_salt"'],
    pattern:
      /(?:AUTH|SECURE_AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)["']\s{0,4},\s{0,20}(?:'(?<secret>(?:[^'\\]|\\.){40,80})'|"(?:[^"\\]|\\.){40,80}")/g,
    minEntropy: 4,
    anyText: true,
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
