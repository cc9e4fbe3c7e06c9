import { LONG_RUN, rulesOf } from "../rule.ts";

/** Private keys in the forms in which they are stored. */
export const privateKeyRules = rulesOf("token", [
  {
    id: "gcp-service-account",
    what: "the private key of a Google Cloud service account",
    keywords: ['private_key"'],
    pattern:
      /"private_key"\s{0,8}:\s{0,8}"(?<secret>-----BEGIN (?:RSA )?PRIVATE KEY-----\\n[A-Za-z0-9+/=\\]{24,8000})/g,
  },
  {
    id: "private-key",
    what: "a private key",
    keywords: ["private key"],
    pattern: /-{4,5} ?BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g,
    check: "pem-body",
  },
  {
    id: "putty-private-key",
    what: "a PuTTY private key",
    keywords: ["putty-user-key-file-"],
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
    id: "jwk-private-key",
    what: "a private JSON Web Key",
    keywords: ['"kty"'],
    pattern: /"(?:d|k)"\s{0,8}:\s{0,8}"(?<secret>[A-Za-z0-9_-]{22,1400})"/g,
    line: /"kty"\s{0,8}:/,
    minEntropy: 3.5,
  },
  {
    id: "age-secret-key",
    what: "an age secret key",
    keywords: ["age-secret-key-"],
    pattern: /AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,}/g,
  },
  {
    id: "pprotect-raw-key",
    what: "the passphrase of a raw pprotect key",
    keywords: LONG_RUN,
    pattern: /(?<![A-Za-z0-9])P[0-9a-fA-F]{64}P(?![A-Za-z0-9])/g,
  },
]);
