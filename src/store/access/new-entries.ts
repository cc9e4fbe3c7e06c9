import { lazy } from "../../common/lazy.ts";
import { type AuditEvent, readAuditEntry } from "../audit-log-reader.ts";
import { STAGES } from "../rotation/states.ts";
import type { StoreData } from "../store-data.ts";
import type { Revision } from "./revision.ts";

/** A secret's place in a store. */
export interface Place {
  readonly domain: string;
  readonly secret: string;
}

/** What the audit log says of a revision's secrets, as far as it says more than the sealed values do. */
export interface LoggedChanges {
  /** Whether a value was entered, so that it is not the one from before under another key. */
  isEntered(place: Place): boolean;
  /**
   * What identifies the last entry by which a value was entered: its text, and how many entries like it are in the log. A
   * cherry-pick or a rebase copies it, with a value that may be sealed again.
   */
  entryOf(place: Place): string | undefined;
  /** Whether a rotation put another secret's value there. */
  isPromoted(place: Place): boolean;
  /** Where a value came from that is new to its place: the secret was renamed, moved or rotated, or its domain was renamed. */
  movedFrom(place: Place): Place | undefined;
}

/** Reads the entries of the audit log that no parent has. The log is not authenticated: it says what its writers say. */
export function loggedChanges({ before, after }: Revision): LoggedChanges {
  const entries = newEntries(
    before.map(({ auditLog }) => auditLog),
    after.auditLog,
  ).map((entry) => ({ entry, events: readAuditEntry(entry).events }));
  const events = entries.map((each) => each.events);
  const entered = new Map<string, string>();
  const added = new Map<string, string>();
  for (const { entry, events } of entries) {
    for (const event of events) {
      if (event.kind === "secret-updated" || event.kind === "secret-set") entered.set(placeKey(event), entry);
      if (event.kind === "secret-added") added.set(placeKey(event), entry);
    }
  }
  const promoted = new Map(promotions(events.flat()));
  const moved = new Map([...movedSecrets(events), ...renamedDomains(events, before, after), ...promoted]);
  const copies = lazy(() => {
    const counts = new Map<string, number>();
    for (const each of after.auditLog) counts.set(each, (counts.get(each) ?? 0) + 1);
    return counts;
  });
  const source = (place: Place): Place | undefined => {
    const seen = new Set<string>();
    for (let at = moved.get(placeKey(place)); at && !seen.has(placeKey(at)); at = moved.get(placeKey(at))) {
      if (before.some(({ domains }) => domains.get(at?.domain ?? "")?.secrets.has(at?.secret ?? "")))
        return at;
      seen.add(placeKey(at));
    }
    return undefined;
  };
  return {
    isEntered(place) {
      const key = placeKey(place);
      if (promoted.has(key)) return source(place) === undefined;
      return entered.has(key) || (added.has(key) && !moved.has(key));
    },
    entryOf(place) {
      const key = placeKey(place);
      const entry = entered.get(key) ?? (moved.has(key) ? undefined : added.get(key));
      if (entry === undefined) return undefined;
      return `${copies().get(entry) ?? 0} ${entry}`;
    },
    isPromoted: (place) => promoted.has(placeKey(place)),
    movedFrom: source,
  };
}

export function placeKey({ domain, secret }: Place): string {
  // A secret's name has no slash.
  return `${domain}/${secret}`;
}

/** The entries that come after what all logs have in common, without those that one of the older logs has. */
function newEntries(older: readonly (readonly string[])[], log: readonly string[]): string[] {
  let common = older.length === 0 ? 0 : log.length;
  for (const each of older) {
    let at = 0;
    while (at < common && each[at] === log[at]) at++;
    common = at;
  }
  const known = new Map<string, number>();
  for (const each of older) {
    const counts = new Map<string, number>();
    for (let at = common; at < each.length; at++) {
      const entry = each[at] ?? "";
      counts.set(entry, (counts.get(entry) ?? 0) + 1);
    }
    for (const [entry, count] of counts) known.set(entry, Math.max(count, known.get(entry) ?? 0));
  }
  return log.slice(common).filter((entry) => {
    const count = known.get(entry) ?? 0;
    if (count > 0) known.set(entry, count - 1);
    return count === 0;
  });
}

type Events = readonly (readonly AuditEvent[])[];

/** `rename-secret` and `move-secret` add the secret and remove it from its old place at once. */
function movedSecrets(events: Events): [string, Place][] {
  return events.flatMap((added, index) => {
    const next = events[index + 1] ?? [];
    return added.flatMap((to) =>
      to.kind !== "secret-added"
        ? []
        : next.flatMap((from): [string, Place][] =>
            from.kind === "secret-removed" && (from.secret === to.secret || from.domain === to.domain)
              ? [[placeKey(to), from]]
              : [],
          ),
    );
  });
}

/** `rotate --promote` puts the value of NAME_next into NAME, and what was there into NAME_previous. */
function promotions(events: readonly AuditEvent[]): [string, Place][] {
  return events.flatMap((event): [string, Place][] => {
    if (event.kind !== "rotation-promoted") return [];
    const { domain, secret } = event;
    const [next, previous] = [secret + STAGES.next, secret + STAGES.previous];
    return [
      [placeKey({ domain, secret: previous }), { domain, secret }],
      [placeKey({ domain, secret }), { domain, secret: next }],
    ];
  });
}

/** `rename-domain` creates a domain, fills it with all secrets of another one and deletes that. */
function renamedDomains(events: Events, before: readonly StoreData[], after: StoreData): [string, Place][] {
  const flat = events.flat();
  return flat.flatMap((created, start) => {
    if (created.kind !== "domain-created" || before.some(({ domains }) => domains.has(created.domain)))
      return [];
    const end = flat.findIndex(
      (event, at) => at > start && event.kind === "domain-deleted" && !after.domains.has(event.domain),
    );
    const deleted = flat[end];
    if (deleted?.kind !== "domain-deleted") return [];
    const added = flat
      .slice(start, end)
      .flatMap((event) =>
        event.kind === "secret-added" && event.domain === created.domain ? [event.secret] : [],
      );
    const isWhole = before.some(({ domains }) => {
      const names = domains.get(deleted.domain)?.secrets;
      return names?.size === added.length && added.every((name) => names.has(name));
    });
    if (!isWhole) return [];
    return added.map((secret): [string, Place] => [
      placeKey({ domain: created.domain, secret }),
      { domain: deleted.domain, secret },
    ]);
  });
}
