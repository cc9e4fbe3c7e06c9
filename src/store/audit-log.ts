import { PprotectError } from "../common/errors.ts";
import { truncatedCount } from "./audit-log-reader.ts";

/** An entry as the file writes it: `YYYY-MM-DDTHH:MM:SSZ -- what` (FORMAT.md, "Audit log entries"). */
export function auditEntry(what: string, now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z -- ${what}`;
}

/** An entry that no older one equals: one of the same second would not count as new. */
export function newAuditEntry(what: string, older: ReadonlySet<string>, now: Date): string {
  const entry = auditEntry(what, now);
  return older.has(entry) ? newAuditEntry(what, older, new Date(now.getTime() + 1000)) : entry;
}

/** The text of each kind of entry, exactly as FORMAT.md has it. audit-log-reader.ts reads them. */
export const audit = {
  created: () => "created",
  custodianCreated: (name: string, raw: boolean) => `created ${raw ? "raw-key" : "key"} custodian ${name}`,
  domainCreated: (domain: string, owner: string) => `created domain ${domain} with owner ${owner}`,
  domainDeleted: (domain: string) => `deleted domain ${domain}`,
  secretAdded: (secret: string, domain: string) => `added secret ${secret} in ${domain}`,
  secretUpdated: (secret: string, domain: string) => `updated secret ${secret} in ${domain}`,
  secretSet: (secret: string, domain: string) => `set secret ${secret} in ${domain}`,
  secretRemoved: (secret: string, domain: string) => `removed secret ${secret} from ${domain}`,
  ownerAdded: (by: string, owner: string, domain: string) => `${by} added owner ${owner} to ${domain}`,
  ownerRemoved: (owner: string, domain: string) => `removed owner ${owner} from ${domain}`,
  custodianRemoved: (name: string, domains: readonly string[]) =>
    `removed key custodian ${name} (was owner of ${domains.join(", ")})`,
  passphraseUpdated: (name: string, domains: readonly string[]) =>
    `updated key custodian passphrase for ${name} (updated domains -> ${domains.join(", ")})`,
  custodianRekeyed: (name: string, domains: readonly string[]) =>
    `rekeyed custodian for ${name} (updated domains -> ${domains.join(", ")})`,
  domainRotated: (domain: string) => `rotated key for domain ${domain}`,
  /** Of pprotect alone, as the next three: what a rotation without downtime did, after the entries of the secrets themselves. */
  rotationStaged: (secret: string, domain: string) => `staged rotation of secret ${secret} in ${domain}`,
  rotationPromoted: (secret: string, domain: string) => `promoted rotation of secret ${secret} in ${domain}`,
  rotationFinished: (secret: string, domain: string) => `finished rotation of secret ${secret} in ${domain}`,
  rotationAborted: (secret: string, domain: string) => `aborted rotation of secret ${secret} in ${domain}`,
  /** Of pprotect alone. @param what as `git resolve` names conflicts */
  undoneInMerge: (what: string) => `undid a change of ${what} in a merge`,
  truncated: (count: number) => `truncated ${count} audit log entries`,
} as const;

/**
 * The last `keep` entries, after one that says how many were removed and those of the others that are still needed.
 * Unchanged when nothing would be removed but the entry of an earlier truncation.
 *
 * @throws PprotectError `usage` when `keep` is not a natural number
 */
export function truncateLog(
  log: readonly string[],
  keep: number,
  needed: ReadonlySet<string> = new Set(),
): readonly string[] {
  if (!Number.isSafeInteger(keep) || keep < 0) {
    throw new PprotectError(
      "usage",
      `cannot keep ${keep} audit log entries`,
      "give a whole number, 0 or more",
    );
  }
  if (log.length <= keep) return log;
  const older = log.slice(0, log.length - keep);
  const kept = older.filter((entry) => needed.has(entry));
  const removed = older.length - kept.length;
  if (removed === 0 || (removed === 1 && kept.length > 0 && truncatedCount(log[0]) !== undefined)) return log;
  return [audit.truncated(removed), ...kept, ...log.slice(log.length - keep)];
}
