import { isRandom } from "../checks.ts";
import { isDrawn } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { encodedRegistryAuth, registryAuth } from "../files/known-files.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { areRandomBytes } from "../random-bytes.ts";
import { type Rule, rulesOf } from "../rule.ts";

/** Secrets known by what is around them: statements, a provider's name, a store of keys. */
export const contextRules: readonly Rule[] = rulesOf("context", [
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
