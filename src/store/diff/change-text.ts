import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import type { CustodianKeyChange, DomainRotation, StoreChange } from "./store-diff.ts";

/**
 * A change as a phrase in the past tense: one line, safe to print.
 * @returns `undefined` for new audit log entries, since every change adds some
 */
export function describeChange(change: StoreChange): string | undefined {
  const phrase = phraseOf(change);
  return phrase === undefined ? undefined : escapeUnprintable(phrase);
}

function phraseOf(change: StoreChange): string | undefined {
  switch (change.kind) {
    case "custodian-added":
      return `added custodian ${change.custodian} (${change.keyType})`;
    case "custodian-removed":
      return `removed custodian ${change.custodian}`;
    case "custodian-key-changed":
      return keyChangePhrase(change);
    case "domain-added":
      return `added domain ${change.domain} (${ownersPhrase(change.owners)})`;
    case "domain-removed":
      return `removed domain ${change.domain} (${countNoun(change.secrets.length, "secret")})`;
    case "domain-rotated":
      return rotationPhrase(change);
    case "secret-added":
      return `added secret ${change.secret} in ${change.domain}`;
    case "secret-changed":
      return `changed secret ${change.secret} in ${change.domain}`;
    case "secret-removed":
      return `removed secret ${change.secret} from ${change.domain}`;
    case "owner-added":
      return `added owner ${change.owner} to ${change.domain}`;
    case "owner-removed":
      return `removed owner ${change.owner} from ${change.domain}`;
    case "owner-resealed":
      return `re-sealed the key of ${change.domain} for owner ${change.owner}`;
    case "audit-log-extended":
      return undefined;
    case "audit-log-truncated":
      return `truncated the audit log (${countNoun(change.removed, "entry", "entries")} removed)`;
    case "audit-log-rewritten":
      return "rewrote the audit log";
  }
}

function ownersPhrase(owners: readonly string[]): string {
  if (owners.length === 0) return "no owner";
  return `${owners.length === 1 ? "owner" : "owners"} ${owners.join(", ")}`;
}

function rotationPhrase({ domain, secrets, owners, staleSecrets, staleOwners }: DomainRotation): string {
  const stale = [
    ...staleSecrets.map((name) => `secret ${name}`),
    ...staleOwners.map((name) => `owner ${name}`),
  ];
  const resealed = `${countNoun(secrets.length, "secret")}, ${countNoun(owners.length, "owner")}`;
  return `rotated domain ${domain} (${resealed}${notResealed("", stale)})`;
}

function keyChangePhrase(change: CustodianKeyChange): string {
  const { custodian, keyTypeBefore, keyType, resealed, stale } = change;
  const type = keyTypeBefore === keyType ? "" : `from ${keyTypeBefore} to ${keyType}, `;
  const domains = `${countNoun(resealed.length, "domain")}${notResealed("in ", stale)}`;
  return `changed key of custodian ${custodian} (${type}${domains})`;
}

/** Entries that can no longer be opened. */
function notResealed(where: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `; broken, not re-sealed ${where}${names.join(", ")}`;
}
