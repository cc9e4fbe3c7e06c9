import { shellWord } from "../../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { configPath, readConfigFile } from "../../config/config.ts";
import { rotationRule } from "../../config/rotation/section.ts";
import { isStillCurrent, type ShownValue, type StoreNow } from "../../exec/handed-out/ledger.ts";
import { boxHash } from "../../lease/grant.ts";
import { readAuditEntry } from "../../store/audit-log-reader.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { readStoreFile } from "../../store/store-file.ts";
import { localTime } from "../report/local-time.ts";

/** A value that a client was shown and that still works, as far as that can be known. */
export interface ShownNow {
  readonly id: string;
  readonly store: string;
  readonly domain: string;
  readonly secret: string;
  readonly client: string | null;
  readonly since: string;
  readonly until: string | null;
  /** The command that gives the secret another value. */
  readonly rotate: string;
}

/** The values of these that still work. A store that cannot be read is taken to have them all. */
export function shownNow(shown: readonly ShownValue[]): readonly ShownNow[] {
  const stores = new Map<string, KeyFile | undefined>();
  for (const { store } of shown) if (!stores.has(store)) stores.set(store, readOrNothing(store));
  return shown
    .filter((each) => {
      const keyFile = stores.get(each.store);
      return !keyFile || isStillCurrent(each, storeNow(keyFile, each));
    })
    .map(({ id, store, domain, name, client, since, until }) => ({
      id,
      store,
      domain,
      secret: name,
      client: client ?? null,
      since: new Date(since).toISOString(),
      until: until === undefined ? null : new Date(until).toISOString(),
      rotate: changeCommand(store, domain, name),
    }));
}

/** The line for a shell that gives a secret another value. @param store its real path */
export function changeCommand(store: string, domain: string, secret: string): string {
  return ["pprotect", "--file", store, changing(store, domain, secret), "--", domain, secret]
    .map(shellWord)
    .join(" ");
}

/** The store at a path; nothing where it cannot be read. */
export function readOrNothing(store: string): KeyFile | undefined {
  try {
    return readStoreFile(store, store);
  } catch {
    return undefined;
  }
}

/** The command that changes a value: `rotate` where the configuration beside the store says how to make a new one. */
function changing(store: string, domain: string, secret: string): "rotate" | "update-secret" {
  try {
    const { rotation } = readConfigFile(configPath(store));
    return rotationRule(rotation, domain, secret).via === undefined ? "update-secret" : "rotate";
  } catch {
    return "update-secret";
  }
}

/** A line for people about each value: to whom it was shown, when last, and the command that changes it. */
export function shownLines(shown: readonly ShownNow[]): readonly string[] {
  const byValue = Map.groupBy(shown, ({ store, domain, secret }) => JSON.stringify([store, domain, secret]));
  return [...byValue.values()].map((entries) => {
    const [{ domain, secret, rotate }] = entries as [ShownNow];
    const clients = [...new Set(entries.flatMap(({ client }) => (client === null ? [] : [client])))];
    const to = clients.length === 0 ? "" : ` to ${clients.map(displayName).join(", ")}`;
    const last = Math.max(...entries.map(({ since }) => Date.parse(since)));
    const how =
      entries.length === 1
        ? `shown${to} on ${localTime(last)}`
        : `shown ${entries.length} times${to}, last on ${localTime(last)}`;
    return `${displayName(`${domain}/${secret}`)}: ${how}: ${escapeUnprintable(rotate)}`;
  });
}

/** What the store has now under the name of a value that was handed out. */
export function storeNow({ data }: KeyFile, { domain, name }: Pick<ShownValue, "domain" | "name">): StoreNow {
  const sealed = data.domains.get(domain)?.secrets.get(name);
  return {
    box: sealed === undefined ? undefined : boxHash(sealed),
    changed: lastChange(data.auditLog, domain, name),
  };
}

/** When the store's audit log last says that a secret was given a value, in ms since 1970. */
function lastChange(log: readonly string[], domain: string, secret: string): number | undefined {
  for (const text of log.toReversed()) {
    const { time, events } = readAuditEntry(text);
    const isMeant = events.some(
      (event) => "secret" in event && event.secret === secret && event.domain === domain,
    );
    if (isMeant && time !== undefined) return Date.parse(time);
  }
  return undefined;
}
