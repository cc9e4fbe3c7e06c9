import { dirname } from "node:path";
import { displayName } from "../../common/terminal-safe.ts";
import { allowedRules } from "../../scan/allow-marker.ts";
import type { AddedLine, Finding } from "../../scan/finding.ts";
import { lineFingerprint } from "../../scan/fingerprint.ts";
import { keyTypeOf, unlockCustodian } from "../../store/custodian.ts";
import { DEFAULT_FILE } from "../../store/locate-store.ts";
import type { StoreData } from "../../store/store-data.ts";

/** The scanner's rule for everything that looks like the passphrase of a raw key. */
export const RAW_KEY_RULE = "pprotect-raw-key";

/** A raw key's passphrase (FORMAT.md, "Keys from passphrases"). */
const RAW_KEY = /(?<![A-Za-z0-9])P[0-9a-f]{64}P(?![A-Za-z0-9])/g;

/** How many keys are derived for one file: each takes about a tenth of a millisecond. */
const MOST = 10_000;

/** A line with the passphrase of a raw key, whether a custodian has it or not. */
export interface RawKeyLine {
  readonly line: number;
  readonly passphrase: string;
  /** Of the line, see fingerprint.ts. */
  readonly fingerprint: string;
}

/** The raw keys in added lines, but for those that `pprotect:allow` lets pass. */
export function rawKeysIn(added: readonly AddedLine[]): RawKeyLine[] {
  return added.flatMap(({ number, text }) => {
    const keys = [...text.matchAll(RAW_KEY)].map(({ 0: passphrase, index }) => ({
      passphrase,
      start: index,
      end: index + passphrase.length,
    }));
    if (keys.length === 0 || allowedRules(text, new Set([RAW_KEY_RULE])) !== undefined) return [];
    const fingerprint = lineFingerprint(text, keys);
    return keys.map(({ passphrase }) => ({ line: number, passphrase, fingerprint }));
  });
}

const MARK = "P".charCodeAt(0);
const HEX_LENGTH = 64;
const IS_HEX = new Uint8Array(256);
for (const digit of "0123456789abcdef") IS_HEX[digit.charCodeAt(0)] = 1;

/** Whether a text has anything like a raw key; much faster than to look at its lines. */
export function mayHaveRawKey(bytes: Uint8Array): boolean {
  // Among the 64 digits of a key, exactly one is at a multiple of 64: it is enough to look there.
  for (let digit = HEX_LENGTH; digit < bytes.length; digit += HEX_LENGTH) {
    let at = digit;
    while (digit - at < HEX_LENGTH && IS_HEX[bytes[at] as number] === 1) at--;
    if (at === digit || bytes[at] !== MARK || bytes[at + HEX_LENGTH + 1] !== MARK) continue;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, HEX_LENGTH + 2).toString("latin1");
    if (/^P[0-9a-f]+P$/.test(text)) return true;
  }
  return false;
}

/** The stores that a file could be for: one in its directory, and those above it. */
export function storePathsAround(path: string): string[] {
  const directory = dirname(path);
  if (directory === ".") return [DEFAULT_FILE];
  return [`${directory}/${DEFAULT_FILE}`, ...storePathsAround(directory)];
}

/**
 * The raw keys that a custodian of a store has, each with the custodian's name. Unlike what only looks like a key, these
 * are not false positives.
 *
 * @param store its path, for messages
 */
export function custodianKeyFindings(
  path: string,
  keys: readonly RawKeyLine[],
  { custodians }: StoreData,
  store: string,
): Finding[] {
  const raw = [...custodians].filter(([, pwdkm]) => keyTypeOf(pwdkm) === "raw");
  return keys
    .slice(0, Math.floor(MOST / Math.max(1, raw.length)))
    .flatMap(({ line, passphrase, fingerprint }) => {
      const owner = raw.find(([name, pwdkm]) => unlockCustodian({ name, passphrase }, pwdkm));
      if (!owner) return [];
      const [name] = owner;
      const message =
        `is the key of key custodian "${displayName(name)}" of ${store}: keep it outside the repository, and if it was ` +
        "ever shared give the custodian another with `pprotect rekey-custodian`, and rotate the domains that they own";
      return [{ path, line, rule: RAW_KEY_RULE, message, fingerprint }];
    });
}
