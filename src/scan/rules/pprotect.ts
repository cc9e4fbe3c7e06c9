import { type Rule, rulesOf } from "../rule.ts";

/** A passphrase opens the store, so it cannot be moved into it. */
export const ownRules: readonly Rule[] = rulesOf("context", [
  {
    id: "pprotect-passphrase",
    what: "a key custodian's passphrase",
    keywords: ["pprotect_passphrase"],
    // Any value that is written out: a passphrase of words does not look random.
    pattern:
      /PPROTECT_PASSPHRASE["'`\]]{0,2}(?:\s{0,4}=\s{0,4}|\s{0,4}:\s{1,4}(?=["']|\S{1,200}\s*$))["'`]?(?<secret>(?<=["'`])[^"'`\r\n]{1,200}|(?<!["'`])[^\s"'`;,)}]{1,200})/g,
  },
]);

const OWN_CREDENTIALS: ReadonlySet<string> = new Set(["pprotect-raw-key", "pprotect-passphrase"]);

/** Whether a rule finds credentials of pprotect itself. */
export function findsOwnCredentials(rule: string): boolean {
  return OWN_CREDENTIALS.has(rule);
}
