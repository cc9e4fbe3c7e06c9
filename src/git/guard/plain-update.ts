import { type AuditEvent, readAuditEntry } from "../../store/audit-log-reader.ts";
import { strayStages } from "../../store/rotation/states.ts";
import type { StoreData } from "../../store/store-data.ts";
import { isProof } from "../../store/trust/proof.ts";
import { sharedKeys } from "../../store/trust/shared-keys.ts";
import { coversValue, startsWith } from "./audit-log-rules.ts";
import type { StoreRevision } from "./store-revision.ts";

/** A secret that has another value than before. */
interface NewValue {
  readonly domain: string;
  readonly secret: string;
  readonly sealed: string;
}

/**
 * Whether a revision does nothing but what nearly every change does, so that no rule of consistency finds anything: secrets
 * that were there get values that were nowhere before, with entries in the audit log. What is not certain is left to the
 * rules, which look at everything once each.
 */
export function isPlainUpdate({ store, parents, bases }: StoreRevision): boolean {
  const [parent] = parents;
  if (!parent || parents.length > 1 || bases) return false;
  const known = parent.auditLog;
  if (known.length === 0 || !startsWith(store.auditLog, known)) return false;
  const entries = store.auditLog.slice(known.length);
  if (entries.some(isProof)) return false;
  const values = newValues(store, parent);
  return (
    values !== undefined &&
    !areThere(values, parent) &&
    areLogged(values, entries) &&
    sharedKeys(store).length === 0 &&
    strayStages(store).length === 0
  );
}

/** The secrets with other values; `undefined` where anything else differs, or may differ. */
function newValues({ domains, custodians }: StoreData, parent: StoreData): NewValue[] | undefined {
  // Versions that were read one after the other share what is equal in both.
  if (custodians !== parent.custodians || domains.size !== parent.domains.size) return undefined;
  const values: NewValue[] = [];
  for (const [domain, { publicKey, owners, secrets }] of domains) {
    const before = parent.domains.get(domain);
    if (before?.publicKey !== publicKey || before.owners !== owners) return undefined;
    if (before.secrets === secrets) continue;
    if (before.secrets.size !== secrets.size) return undefined;
    for (const [secret, sealed] of secrets) {
      const old = before.secrets.get(secret);
      if (old === undefined) return undefined;
      if (old !== sealed) values.push({ domain, secret, sealed });
    }
  }
  return values;
}

/** Whether one of the values was there before, in any place, or is there twice now: it may be a copy. */
function areThere(values: readonly NewValue[], { domains }: StoreData): boolean {
  const texts = new Set(values.map(({ sealed }) => sealed));
  if (texts.size < values.length) return true;
  for (const { secrets, owners } of domains.values()) {
    for (const sealed of secrets.values()) if (texts.has(sealed)) return true;
    for (const sealed of owners.values()) if (texts.has(sealed)) return true;
  }
  return false;
}

/** Whether an entry of the audit log explains each value. */
function areLogged(values: readonly NewValue[], entries: readonly string[]): boolean {
  const events: AuditEvent[] = [];
  for (const entry of entries) events.push(...readAuditEntry(entry).events);
  return values.every(({ domain, secret }) => events.some((event) => coversValue(event, domain, secret)));
}
