import { allowedRules } from "../../scan/allow-marker.ts";
import type { AddedLine, Finding } from "../../scan/finding.ts";
import { lineFingerprint } from "../../scan/fingerprint.ts";
import { pathKind } from "../../scan/path-kind.ts";
import { isPlaceholder } from "../../scan/placeholder.ts";
import type { StoreData } from "../../store/store-data.ts";
import { custodianKeyFindings, rawKeysIn, storePathsAround } from "./custodian-keys.ts";

/** The scanner's rule for `PPROTECT_PASSPHRASE`. */
const PASSPHRASE_RULE = "pprotect-passphrase";
/** The scanner's rules for any secret. */
const GENERAL_RULES: ReadonlySet<string> = new Set([
  "password-assignment",
  "secret-assignment",
  "random-string",
]);
/** Longer lines are generated. */
const LONG_LINE = 20_000;

/** Where the guard looks for credentials of pprotect itself, which the scanner cannot know. */
export interface OwnCredentials {
  /** The prefixes of credential variables that are in use. */
  readonly prefixes: readonly string[];
  /** Reads a store of the version that is checked. @returns nothing where there is none, or none that can be read */
  readonly store: (path: string) => Promise<StoreData | undefined>;
}

/**
 * The scanner's findings in a file, and those of credentials of pprotect itself: the keys of custodians of the stores
 * around it, and passphrases in the variables of prefixes that are in use. They open the store, so the advice is another
 * than for what could be moved into it.
 *
 * @param found what the scanner found; a finding that says less of the same line is left out
 */
export async function withOwnCredentials(
  found: readonly Finding[],
  path: string,
  added: readonly AddedLine[],
  { prefixes, store }: OwnCredentials,
): Promise<Finding[]> {
  const keys = rawKeysIn(added);
  const own = passphraseFindings(path, added, prefixes);
  for (const candidate of keys.length > 0 ? storePathsAround(path) : []) {
    const data = await store(candidate);
    if (data) own.push(...custodianKeyFindings(path, keys, data, candidate));
  }
  return [...withoutGeneral(found, own), ...own];
}

/** The scanner's findings, but for those that say less of a line than another finding. */
export function withoutGeneral(found: readonly Finding[], own: readonly Finding[]): readonly Finding[] {
  if (own.length === 0) return found;
  return found.filter(
    (finding) =>
      !own.some(
        ({ line, rule }) =>
          line === finding.line && (rule === finding.rule || GENERAL_RULES.has(finding.rule)),
      ),
  );
}

function passphraseFindings(
  path: string,
  added: readonly AddedLine[],
  prefixes: readonly string[],
): Finding[] {
  const kind = pathKind(path);
  if (prefixes.length === 0 || kind.tokensOnly || kind.isExample) return [];
  const name = `(?:${prefixes.map((prefix) => RegExp.escape(prefix)).join("|")})_PASSPHRASE`;
  const pattern = new RegExp(
    `(?<![A-Za-z0-9_])${name}` +
      // A value that is written out: `NAME=value`, `NAME: "value"`, `["NAME"] = "value"`.
      `["'\`\\]]{0,2}(?:\\s{0,4}=\\s{0,4}|\\s{0,4}:\\s{1,4}(?=["']|\\S{1,200}\\s*$))["'\`]?` +
      `(?<value>(?<=["'\`])[^"'\`\\r\\n]{1,200}|(?<!["'\`])[^\\s"'\`;,)}]{1,200})`,
    "g",
  );
  // Several words without quotes, as YAML takes them: the name must begin the line, or it is prose.
  const words = new RegExp(
    `^[ \\t]{0,80}(?:- {1,4})?${name}: {1,4}(?<value>[^\\s"'\`#|>&*!][^#\\r\\n]{0,200})`,
    "g",
  );
  return added.flatMap(({ number, text }) => {
    if (text.length > LONG_LINE || !text.includes("_PASSPHRASE")) return [];
    const values = [...text.matchAll(pattern), ...(kind.bareValues ? text.matchAll(words) : [])].map(
      ({ groups }) => groups?.value ?? "",
    );
    if (values.every(isPlaceholder)) return [];
    return allowedRules(text, new Set([PASSPHRASE_RULE])) !== undefined
      ? []
      : [passphraseFinding(path, number, text)];
  });
}

function passphraseFinding(path: string, line: number, text: string): Finding {
  const message =
    "looks like a key custodian's passphrase: keep it outside the repository, and if it was ever shared change it with " +
    "`pprotect set-key-custodian-passphrase` or `rekey-custodian`, or add `pprotect:allow` to the line if it is not a secret";
  const name = "_PASSPHRASE";
  // What follows the name may be a passphrase of several words.
  const fingerprint = lineFingerprint(text.slice(0, text.indexOf(name) + name.length), []);
  return { path, line, rule: PASSPHRASE_RULE, message, fingerprint };
}
