import { isDrawn } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";

const SECRET = String.raw`["']?(?<secret>[^\s"'\x60<>{}$]{6,100})`;

/** Passwords in lines of settings whose name is not directly before the value. */
export const settingRules: readonly Rule[] = rulesOf("context", [
  {
    id: "setting-with-password",
    what: "a password in a setting",
    keywords: [
      "password",
      "secret ",
      "rootpw",
      "createuser",
      "community",
      " key ",
      "-psk",
      "key-string",
      "server key",
      "isakmp key",
      "authentication-key",
      "shared-key",
    ],
    // Of routers and switches (0: in the clear), Kickstart, preseeding, Net-SNMP, HAProxy.
    pattern: new RegExp(
      String.raw`(?:\busername\s{1,4}\S{1,60}(?:\s{1,4}privilege\s{1,4}[0-9]{1,2})?\s{1,4}(?:password|secret)\s{1,4}(?:0\s{1,4})?(?![0-9]\s)|\benable\s{1,4}(?:password|secret)\s{1,4}(?:level\s{1,4}[0-9]{1,2}\s{1,4})?(?:0\s{1,4})?(?![0-9]\s)|\bneighbor\s{1,4}\S{1,60}\s{1,4}password\s{1,4}(?:0\s{1,4})?(?![0-9]\s)|\b(?:radius|tacacs)-server\s{1,4}(?:host\s{1,4}\S{1,60}\s{1,4})?key\s{1,4}(?:0\s{1,4})?(?![0-9]\s)|\bisakmp\s{1,4}key\s{1,4}(?:0\s{1,4})?|\bsnmp-server\s{1,4}community\s{1,4}|^\s{0,4}r[ow]community6?\s{1,4}|^\s{1,4}key\s{1,4}(?:0\s{1,4})?(?=\S{1,60}\s{0,4}$)|\b(?:wpa-psk|key-string|authentication-key|pre-shared-key)\s{1,4}(?:ascii(?:-text)?\s{1,4})?(?:0\s{1,4})?(?![0-9]\s)|^\s{0,8}rootpw\s{1,4}(?:--plaintext\s{1,4})?(?!--)|\bd-i\s{1,4}\S{0,60}password\S{0,20}\s{1,4}(?:password|string)\s{1,4}|\bcreateUser\s{1,4}\S{1,40}\s{1,4}(?:MD5|SHA\S{0,4})\s{1,4}|\binsecure-password\s{1,4})${SECRET}`,
      "gi",
    ),
    check: isTyped,
  },
  {
    id: "setting-with-password",
    what: "a password in a setting",
    keywords: ["stats auth", "cache_peer", "sqlconnectinfo"],
    // HAProxy, Squid and ProFTPD: behind the user.
    pattern: new RegExp(
      String.raw`(?:\bstats\s{1,4}auth\s{1,4}[\w.@-]{1,60}:|\bcache_peer\s[^\n]{1,200}?\slogin=[\w.@-]{1,60}:|\bSQLConnectInfo\s{1,4}\S{1,100}\s{1,4}[\w.@-]{1,60}\s{1,4})${SECRET}`,
      "gi",
    ),
    check: isTyped,
  },
  {
    id: "setting-with-password",
    what: "the key of a cluster",
    keywords: ['encrypt = "', 'encrypt": "', 'encrypt="', "encrypt  ", "encrypt_key"],
    // Of Consul, Nomad and Serf: 16 or 32 bytes in base64.
    pattern:
      /^\s{0,40}"?encrypt(?:_key)?"?\s{0,8}[=:]\s{0,4}"(?<secret>[A-Za-z0-9+/]{22}==|[A-Za-z0-9+/]{43}=)"/g,
    minEntropy: 3.2,
  },
  {
    id: "setting-with-password",
    what: "a password in a setting",
    keywords: ["user ", "connect ", "conn "],
    // The access list of Redis, and the logon of Oracle.
    pattern:
      /(?:^\s{0,8}(?:acl\s{1,4}setuser|user)\s{1,4}\S{1,40}\s{1,4}on\s{1,4}(?:\S{1,40}\s{1,4}){0,6}?>|\bconn(?:ect)?\s{1,4}[A-Za-z]\w{1,30}\/)(?<secret>[^\s"'`<>{}$@/]{6,100})(?:@|\s|$)/gi,
    check: isTyped,
  },
  {
    id: "setting-with-password",
    what: "a password that anyone can decode",
    keywords: ["password 7 ", "key 7 ", "secret 7 "],
    // Type 7 of Cisco: the first two digits are where in a known text the key starts.
    pattern:
      /\b(?:password|secret|key)\s{1,4}7\s{1,4}(?<secret>(?:0[0-9]|1[0-5])(?:[0-9A-F]{2}){5,40})(?=\s|$)/gi,
  },
  {
    id: "setting-with-password",
    what: "a password in a setting",
    keywords: ["secure_link_md5", " pic x", 'default:"'],
    // Of nginx, COBOL, and the tags of fields in Go.
    pattern:
      /(?:\bsecure_link_md5\s{1,4}"[^"\n]{0,200}[\s}](?<secret>[\w.!@#%^&*?+~=-]{8,100})"|(?:PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|API-?KEY)\s{1,20}PIC\s{1,4}X\([0-9]{1,4}\)\s{1,20}VALUE\s{1,4}(?:IS\s{1,4})?["'](?<single>[^"'\s]{6,100})["']|(?:password|passwd|pass|pwd|secret|token|api_?key)(?:,\w{1,20})?"\s{1,4}(?:\w{1,20}:"[^"\n]{0,40}"\s{1,4}){0,3}(?:env-?)?default:"(?<double>[^"\s\x60]{6,200})")/gi,
    check: isTyped,
  },
  {
    id: "setting-with-password",
    what: "a password in a setting",
    keywords: ["machine ", "bundle_"],
    // One account in a line, as APT reads it; and of a source of gems.
    pattern:
      /(?:\bBUNDLE_[A-Z0-9_]{2,80}["']?\s{0,2}[:=]\s{0,2}["']?[\w.@-]{1,60}:|^\s{0,4}machine\s{1,4}\S{1,100}\s{1,4}login\s{1,4}\S{1,100}\s{1,4}password\s{1,4})(?<secret>[^\s"'\x60<>{}$:@/]{6,100})/g,
    check: isTyped,
  },
  {
    id: "setting-with-password",
    what: "a password in a form",
    keywords: ['type="password"', "type='password'", "input password", "input text"],
    pattern:
      /(?:<input\b(?=[^<>]{0,300}\btype=["']password["'])[^<>]{0,300}?\svalue=["'](?<secret>[^"'\s<>{}$]{6,100})["']|\binput\s(?:password|text)\s{2,8}(?:\S{1,60}\s{2,8})(?<single>[^\s$"'{}]{6,100})\s{0,8}$)/gi,
    check: isTyped,
  },
]);

/** Not a word, an option or a path: with digits or signs. */
function isTyped({ secret }: Candidate): boolean {
  if (isDisguisedWord(secret) || /^[./~-]|^[A-Z_]+$|^[a-z]+:\/\//.test(secret)) return false;
  return (
    (/[0-9!@#%^&*?+~]/.test(secret) && /[A-Za-z]/.test(secret)) || looksRandom(secret) || isDrawn(secret)
  );
}
