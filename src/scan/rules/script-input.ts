import { isDrawn, isStrong } from "../chosen-password.ts";
import { looksRandom } from "../entropy.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";
import { isTypedPassword } from "../typed-password.ts";

const PASSWORD = "a password on a command line";

/** What a script gives to a program as input, types into it, or writes into a file. */
export const scriptInputRules: readonly Rule[] = rulesOf("context", [
  {
    id: "command-line-password",
    what: PASSWORD,
    keywords: [
      "sudo -s",
      "sudo --stdin",
      "chpasswd",
      "passwd",
      "--password-stdin",
      "kinit",
      "cryptsetup",
      "passphrase-fd",
      "secret put",
      "--with-token",
      "passwd-on-stdin",
      "--data-file=-",
    ],
    pattern:
      /\b(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4})?(?:["']%s(?:\\n)?["']\s{1,4})?["']?(?:[\w.-]{1,40}:)?(?<secret>[^\s"'`$|<>:\\]{6,100})(?:\\n[^\s"'|]{0,100})?["']?\s{0,4}\|\s{0,4}(?:sudo\s{1,4}(?:-S|--stdin)|(?:sudo\s{1,4})?(?:chpasswd|passwd|smbpasswd|vncpasswd|kinit|cryptsetup)|[^|\n]{1,200}\s(?:--password-stdin|--passphrase-fd|--passwd-on-stdin|--with-token|secret\s{1,2}put|--data-file=-(?=\W|$)))(?!\w)/g,
    check: isTypedPassword,
  },
  {
    id: "command-line-password",
    what: PASSWORD,
    keywords: ["<<<"],
    pattern: /<<<\s{0,2}["']?(?<secret>[^\s"'`$<>|]{6,200})/g,
    line: /--password-stdin|--passphrase-fd|--with-token|\b(?:sudo\s{1,4}-S|chpasswd|kinit|cryptsetup|passwd)\b/,
    check: isTypedPassword,
  },
  {
    id: "command-line-password",
    what: "a password that a script types",
    keywords: ["send "],
    pattern: /\bsend\s{1,4}(?:--\s{1,4})?["'](?<secret>[^\s"'`$\\[\]]{6,100})\\[rn]["']/g,
    check: ({ secret }) => isDrawn(secret) || (/[0-9]/.test(secret) && isTypedPassword({ secret })),
  },
  {
    id: "command-line-password",
    what: "a password that a script types",
    keywords: ["sendline(", "{enter}"],
    // Of Pexpect, and of AutoHotkey. Most of what they type are commands.
    pattern:
      /(?:\.sendline\(\s{0,2}b?["'](?<secret>[^\s"'\x60\\]{8,100})["']|^\s{0,20}Send(?:Input|Raw|Text)?[, ]\s{0,4}(?<single>[^\s"'\x60{}]{8,100})\{Enter\})/gi,
    check: ({ secret }) => isStrong(secret) || isDrawn(secret) || looksRandom(secret),
  },
  {
    id: "command-line-password",
    what: "a password that a script writes into a file",
    keywords: ["echo ", "printf "],
    has: ">",
    quick: />\s{0,2}["']?[\w./~-]{0,80}(?:pass|secret|token|cred|pwd)/i,
    // The file is called a password itself: nothing is said of what `bypass.log` and `secrets/VERSION` hold.
    pattern:
      /\b(?:echo|printf)\s{1,4}(?:-[neE]{1,3}\s{1,4})?["']?(?<secret>[^\s"'\x60$|<>:\\]{6,200})["']?\s{0,4}>{1,2}\s{0,2}["']?(?:[\w./~-]{0,80}[/._~-])?(?:[a-z]{0,12}password|passwd|passphrase|pass|secret|token|credentials?|creds?|pwd)s?(?:[._-]?(?:txt|file|key|conf|cfg))?(?![\w./-])/gi,
    check: isWritten,
  },
]);

/** Not a word, a version or a setting, which scripts write as well. */
function isWritten({ secret }: Pick<Candidate, "secret">): boolean {
  return isTypedPassword({ secret }) && (isStrong(secret) || isDrawn(secret) || looksRandom(secret));
}
