import { decodeBase64, hasPemBody, isJwt, isPartOfJwt } from "../checks.ts";
import { hasBase58Check } from "../checksums.ts";
import { LONG_WORD, type Rule, rulesOf, token } from "../rule.ts";

/** Private keys in the forms in which they are stored, and JSON Web Tokens. */
export const privateKeyRules: readonly Rule[] = [
  ...rulesOf("token", [
    {
      id: "gcp-service-account",
      what: "the private key of a Google Cloud service account",
      keywords: ["private_key"],
      pattern:
        /\\{0,3}"private_key\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"(?<secret>-----BEGIN (?:RSA )?PRIVATE KEY-----\\{1,4}n[A-Za-z0-9+/=\\]{60,8000})/g,
    },
    {
      id: "private-key",
      what: "a private key",
      keywords: ["private key"],
      pattern: /-{4,5} ?BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g,
      check: hasPemBody,
      anyText: true,
      looksAhead: true,
    },
    {
      id: "private-key",
      what: "a key that OpenVPN shares",
      keywords: ["openvpn static key"],
      pattern: /-----BEGIN OpenVPN Static key V1-----/g,
      check: ({ following }) =>
        following.some((line) => /^\s{0,20}[0-9a-f]{32}\s{0,4}$/.test(line) && new Set(line.trim()).size > 6),
      anyText: true,
      looksAhead: true,
    },
    {
      id: "putty-private-key",
      what: "a PuTTY private key",
      keywords: ["putty-user-key-file-"],
      anyText: true,
      pattern: /^\s{0,40}PuTTY-User-Key-File-[1-9]: [a-z0-9-]{4,40}\s{0,4}$/g,
    },
    {
      id: "private-key-base64",
      what: "a private key, base64-encoded",
      // The base64 of `-----BEGIN ` and what may follow before `PRIVATE KEY`; then that of the OpenSSH form.
      keywords: ["ls0tls1crudjti", "b3blbnnzac1rzxktdj"],
      pattern:
        /(?:LS0tLS1CRUdJTi(?:BQUklWQVRFIEtFWS|BSU0EgUFJJVkFURS|BFQyBQUklWQVRFIEtFWS|BEU0EgUFJJVkFURS|BPUEVOU1NIIFBSSVZBVEUg|BFTkNSWVBURUQgUFJJVkFURS|BQR1AgUFJJVkFURS)|b3BlbnNzaC1rZXktdjEA)[A-Za-z0-9+/]{40,}={0,2}/g,
    },
    {
      id: "private-key-base64",
      what: "a key store, base64-encoded",
      // PKCS#12: a sequence with version 3; Java: FEEDFEED.
      keywords: ["ibazcc", "/u3+7q"],
      pattern:
        /(?<![A-Za-z0-9+/])(?:MI[IJKL][A-Za-z0-9+/]{2}[AQgw]IBAzC[A-P]|\/u3\+7Q)[A-Za-z0-9+/]{40,}={0,2}/g,
    },
    {
      id: "jwk-private-key",
      what: "a private JSON Web Key",
      keywords: ['kty"'],
      pattern: /"(?:d|k)\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"(?<secret>[A-Za-z0-9_-]{22,1400})\\{0,3}"/g,
      line: /"kty\\{0,3}"\s{0,8}:/,
      minEntropy: 3.5,
    },
    {
      id: "jwk-private-key",
      what: "a private JSON Web Key",
      keywords: ['"d": "', '"d":"', '"d" : "'],
      // In a line of its own.
      pattern: /^\s{0,80}"d"\s{0,4}:\s{0,4}"(?<secret>[A-Za-z0-9_-]{43,1400})",?\s{0,8}$/g,
      minEntropy: 4,
    },
    {
      id: "age-secret-key",
      what: "an age secret key",
      keywords: ["age-secret-key-"],
      pattern: /AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,}/g,
    },
    {
      id: "minisign-secret-key",
      what: "a minisign or signify secret key",
      keywords: ["encrypted secret key", "signify secret key"],
      anyText: true,
      pattern: /^untrusted comment: .{0,40}(?:minisign encrypted|signify) secret key\s{0,4}$/g,
    },
    {
      id: "pprotect-raw-key",
      what: "the passphrase of a raw pprotect key",
      keywords: [LONG_WORD],
      has: "P",
      quick: /P[0-9a-fA-F]{64}P/,
      pattern: /(?<![A-Za-z0-9])P[0-9a-fA-F]{64}P(?![A-Za-z0-9])/g,
    },
    {
      id: "jwt",
      what: "a JSON Web Token",
      keywords: ["eyj"],
      pattern:
        /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{14,2000}\.eyJ[A-Za-z0-9_-]{10,8000}\.[A-Za-z0-9_-]{20,2000}(?![A-Za-z0-9_-])/g,
      check: isJwt,
    },
    {
      id: "jwt",
      what: "a JSON Web Token, encoded once more",
      keywords: ["zxlk"],
      pattern: /(?<![A-Za-z0-9+/_-])ZXlK[A-Za-z0-9+/_-]{60,12000}={0,2}(?![A-Za-z0-9+/_=-])/g,
      check: ({ secret }) => isPartOfJwt(decodeBase64(secret)),
    },
  ]),
  token("nats-seed", "the seed of a NATS key", "S", "[UAONCX][A-Z2-7]{56}", {
    keywords: [LONG_WORD],
    quick: /\bS[UAONCX][A-Z2-7]{56}\b/,
  }),
  token(
    "wallet-import-key",
    "the private key of a Bitcoin wallet",
    "",
    "[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}",
    {
      keywords: ["privkey", "private_key", "privatekey", "wif", "bitcoin", "wallet"],
      check: ({ secret }) => hasBase58Check(secret),
    },
  ),
  token("nostr-secret-key", "a Nostr secret key", "nsec1", "[qpzry9x8gf2tvdw0s3jn54khce6mua7l]{58}"),
  token("stellar-secret-key", "a Stellar secret key", "S", "[A-D][A-Z2-7]{54}", {
    keywords: ["stellar", "horizon"],
  }),
  token(
    "extended-private-key",
    "an extended private key of a wallet",
    ["xprv9", "tprv8"],
    "[1-9A-HJ-NP-Za-km-z]{106}",
  ),
];
