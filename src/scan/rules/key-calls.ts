import { isRandom } from "../checks.ts";
import { looksRandom } from "../entropy.ts";
import { isPasswordArgument } from "../password-argument.ts";
import { type Rule, rulesOf } from "../rule.ts";

/** Keys that code gives to libraries and services, and passwords that it hashes. */
export const keyCallRules: readonly Rule[] = rulesOf("context", [
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
      /(?:\bjwt(?:\.|::)(?:sign|verify|encode|decode)\([^\n]{1,160}?,\s{0,4}|\bjwt\.(?:encode|decode)\(\s{0,2}\{[^{}\n]{0,200}\},\s{0,4}|\b(?:createHmac|createCipher(?:iv)?|createDecipher(?:iv)?)\(\s{0,2}["'][\w-]{2,20}["'],\s{0,4}(?:Buffer\.from\(\s{0,2})?|\bopenssl_(?:en|de)crypt\([^,\n]{1,80},\s{0,2}["'][\w-]{2,30}["'],\s{0,2}|\bhmac\.new\(\s{0,2}(?:\w{1,12}\.New\w{0,8},\s{0,4}\[\]byte\(\s{0,2})?b?|\bcookieParser\(\s{0,2}|\bhash_hmac\(\s{0,2}["'][\w-]{2,20}["'],\s{0,2}[^"'\n]{1,80},\s{0,2})["'](?<secret>[^"'\s\\{}]{6,200})["']/gi,
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
    what: "an API key in a call",
    keywords: ["wandb.login("],
    pattern: /\bwandb\.login\(\s{0,2}(?:key\s{0,2}=\s{0,2})?["'](?<secret>[0-9a-f]{40})["']/g,
    check: isRandom,
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
    what: "a key in a call",
    keywords: ["signedstring(", "cookiestore("],
    // Of Go.
    pattern:
      /\b(?:SignedString|NewCookieStore)\(\s{0,2}\[\]byte\(\s{0,2}["'\x60](?<secret>[^"'\x60\s\\{}]{8,200})["'\x60]\)/g,
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "a password that a program hashes",
    keywords: [
      "hash(",
      "hashsync(",
      "hashpw(",
      "password_hash(",
      "make_password(",
      "hashpassword(",
      "frompassword(",
    ],
    pattern:
      /\b(?:(?:bcrypt|bcryptjs|argon2|password)\.hash(?:Sync)?|hashSync|hashpw|(?:generate_)?password_hash|make_password|HashPassword|GenerateFromPassword)\(\s{0,2}(?:\[\]byte\(\s{0,2}|b)?["'\x60](?<secret>[^"'\x60\s\\{}]{6,120})["'\x60]/g,
    check: isPasswordArgument,
  },
  {
    id: "call-with-password",
    what: "an API key in a call",
    keywords: [
      "deepgramclient(",
      "tavilyclient(",
      "apifyclient(",
      "firecrawlapp(",
      "cohereclient(",
      "sendgridapiclient(",
    ],
    pattern:
      /\b(?:Deepgram|Tavily|Apify|Cohere|SendGridAPI)Client\(\s{0,2}["'](?<secret>[\w.-]{20,100})["']|\bFirecrawlApp\(\s{0,2}["'](?<single>[\w.-]{20,100})["']/g,
    check: isRandom,
  },
  {
    id: "secret-header",
    what: "the credential of an HTTP header",
    keywords: ["authenticationheadervalue(", "::add-mask::"],
    // Of .NET; and what a workflow of GitHub is to hide.
    pattern:
      /(?:\bAuthenticationHeaderValue\(\s{0,2}"\w{3,12}"\s{0,2},\s{0,2}"|::add-mask::)(?<secret>[A-Za-z0-9_~@.+/=:-]{12,2000})/g,
    check: isRandom,
  },
  {
    id: "call-with-password",
    what: "a token that a program stores",
    keywords: ["forkey:"],
    // The settings of a user in Swift.
    pattern:
      /\(\s{0,2}"(?<secret>[^"\s\\]{16,400})"\s{0,2},\s{0,2}forKey:\s{0,2}"[\w.-]{0,40}(?:token|secret|password|api_?key)"/gi,
    check: isRandom,
  },
]);
