import type { Finding } from "../../scan/finding.ts";
import { textLines } from "../../scan/scan-text.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import {
  AUDIT_LOG_KEY,
  CUSTODIANS_KEY,
  EMPTY_STORE,
  SECRET_PREFIX,
  type StoreData,
} from "../../store/store-data.ts";
import { isProof } from "../../store/trust/proof.ts";
import { startsWith } from "./audit-log-rules.ts";
import { loadScanner } from "./text-search.ts";

/** A text of a store that everyone can read. */
interface UnsealedText {
  readonly at: EntryPath;
  readonly text: string;
}

/** A version of a store, and the earlier ones whose texts are not looked at again. */
export interface UnsealedVersion {
  readonly store: StoreData;
  readonly parents: readonly StoreData[];
  /** 1-based line of an entry, or of the nearest entry around it. */
  lineOf(path: EntryPath): number;
}

/** Whether text has 16 characters of a token in a row, both letters and digits. Most does not, and the scanner is not loaded for it. */
function hasLongRun(text: string): boolean {
  for (const [run] of text.matchAll(/[\w+/=-]{16,}/g))
    if (/\d/.test(run) && /[A-Za-z]/.test(run)) return true;
  return false;
}

/**
 * Finds secrets in what a version of a store adds in the clear: names of domains, secrets and custodians, such as a token that was
 * typed where a name belongs, and the audit log.
 *
 * @returns findings with the scanner's rules, without a part of the text
 */
export async function secretsInTheClear(path: string, version: UnsealedVersion): Promise<Finding[]> {
  const texts = addedTexts(version).filter(({ text }) => hasLongRun(text));
  if (texts.length === 0) return [];
  const { scanText } = await loadScanner();
  const lines = textLines(texts.map(({ text }, index) => ({ number: index + 1, text })));
  return scanText("names.txt", lines).flatMap(({ line, rule }) => {
    const at = texts[line - 1]?.at;
    if (at === undefined) return [];
    return [{ path, line: version.lineOf(at), rule, message: at[0] === AUDIT_LOG_KEY ? IN_LOG : IN_NAME }];
  });
}

const ADVICE =
  "restore the store from git, make the change again without it, and replace a secret that was shared";
const IN_NAME = `this name looks like a secret, and names are not sealed: ${ADVICE}`;
const IN_LOG = `an entry of the audit log has what looks like a secret, and is not sealed: ${ADVICE}`;

function addedTexts({ store, parents }: UnsealedVersion): UnsealedText[] {
  return [...addedNames(store, parents), ...addedEntries(store, parents)];
}

function addedNames({ domains, custodians }: StoreData, parents: readonly StoreData[]): UnsealedText[] {
  const texts: UnsealedText[] = [];
  for (const [domain, { secrets }] of domains) {
    const before = parents.flatMap((parent) => parent.domains.get(domain) ?? []);
    if (before.length === 0) texts.push({ at: [domain], text: domain });
    // Versions that were read one after the other share what is equal in both.
    if (before.some((each) => each.secrets === secrets)) continue;
    for (const secret of secrets.keys())
      if (!before.some((each) => each.secrets.has(secret)))
        texts.push({ at: [domain, SECRET_PREFIX + secret], text: secret });
  }
  if (parents.some((parent) => parent.custodians === custodians)) return texts;
  for (const custodian of custodians.keys())
    if (!parents.some((parent) => parent.custodians.has(custodian)))
      texts.push({ at: [CUSTODIANS_KEY, custodian], text: custodian });
  return texts;
}

/** Proofs have nothing but keys and signatures beside their names. */
function addedEntries({ auditLog }: StoreData, parents: readonly StoreData[]): UnsealedText[] {
  const [before = EMPTY_STORE] = parents;
  const rest = startsWith(auditLog, before.auditLog) ? auditLog.slice(before.auditLog.length) : auditLog;
  const known =
    rest === auditLog || parents.length > 1 ? new Set(parents.flatMap((each) => each.auditLog)) : undefined;
  return rest
    .filter((entry) => !known?.has(entry) && !isProof(entry))
    .map((text) => ({ at: [AUDIT_LOG_KEY], text }));
}
