import { secretNameProblem } from "./format/names.ts";

/** What one entry of the audit log says (FORMAT.md, "Audit log entries"). */
export type AuditEvent =
  | { readonly kind: "created" }
  | { readonly kind: "custodian-created"; readonly custodian: string; readonly raw: boolean }
  | { readonly kind: "domain-created"; readonly domain: string; readonly owner: string }
  | { readonly kind: "domain-deleted" | "domain-rotated"; readonly domain: string }
  | {
      readonly kind:
        | "secret-added"
        | "secret-updated"
        | "secret-set"
        | "secret-removed"
        | "rotation-staged"
        | "rotation-promoted"
        | "rotation-finished"
        | "rotation-aborted";
      readonly secret: string;
      readonly domain: string;
    }
  | { readonly kind: "owner-added"; readonly by: string; readonly owner: string; readonly domain: string }
  | { readonly kind: "owner-removed"; readonly owner: string; readonly domain: string }
  | {
      readonly kind: "custodian-removed" | "passphrase-updated" | "custodian-rekeyed";
      readonly custodian: string;
      /** The domains that the custodian owned. A domain whose name has ", " in it appears as two. */
      readonly domains: readonly string[];
    }
  | { readonly kind: "truncated"; readonly count: number };

/** A parsed entry of the audit log. */
export interface AuditLogEntry {
  /** `YYYY-MM-DDTHH:MM:SSZ`; `undefined` where the entry does not start with one, as after a truncation. */
  readonly time: string | undefined;
  /**
   * What the entry says: usually one event. None when it is not an entry of the format. Several when a name contains
   * words of the format: "removed owner a from b from c" is about the owner "a" or the owner "a from b".
   */
  readonly events: readonly AuditEvent[];
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/;
/** Anything in place of the time: other programs may write fractions of a second. */
const STAMPED = /^\S+ -- /;
const TRUNCATED = /^truncated (\d+) audit log entries$/;

/**
 * The most ways to split one entry. A text that a stranger filled with the format's words has quadratically many; it
 * counts as an entry that says nothing.
 */
const MAX_SPLITS = 100;

/** Reads an entry as the file has it. */
export function readAuditEntry(entry: string): AuditLogEntry {
  return { time: TIME.exec(entry)?.[0], events: eventsIn(entry) };
}

/** How many entries a truncation removed; `undefined` for an entry of another kind. */
export function truncatedCount(entry: string | undefined): number | undefined {
  const count = TRUNCATED.exec(entry ?? "")?.[1];
  return count === undefined ? undefined : Number(count);
}

function eventsIn(entry: string): AuditEvent[] {
  const count = truncatedCount(entry);
  if (count !== undefined) return [{ kind: "truncated", count }];
  const text = entry.replace(STAMPED, "");
  const events: AuditEvent[] = [];
  let tried = 0;
  for (const { words, event } of FORMS) {
    if (!text.startsWith(words[0])) continue;
    for (const names of splits(text, words)) {
      if (++tried > MAX_SPLITS) return [];
      const read = event(names);
      if (read) events.push(read);
    }
  }
  return events;
}

type Names = readonly string[];

/** One kind of entry: the words before, between and after its names, and what it says. */
interface Form {
  readonly words: readonly [string, ...string[]];
  event(names: Names): AuditEvent | undefined;
}

const FORMS: readonly Form[] = [
  { words: ["created"], event: () => ({ kind: "created" }) },
  ...([true, false] as const).map(
    (raw): Form => ({
      words: [`created ${raw ? "raw-key" : "key"} custodian `, ""],
      event: ([custodian = ""]) => ({ kind: "custodian-created", custodian, raw }),
    }),
  ),
  {
    words: ["created domain ", " with owner ", ""],
    event: ([domain = "", owner = ""]) => ({ kind: "domain-created", domain, owner }),
  },
  { words: ["deleted domain ", ""], event: ([domain = ""]) => ({ kind: "domain-deleted", domain }) },
  { words: ["rotated key for domain ", ""], event: ([domain = ""]) => ({ kind: "domain-rotated", domain }) },
  secretForm("secret-added", "added secret ", " in "),
  secretForm("secret-updated", "updated secret ", " in "),
  secretForm("secret-set", "set secret ", " in "),
  secretForm("secret-removed", "removed secret ", " from "),
  secretForm("rotation-staged", "staged rotation of secret ", " in "),
  secretForm("rotation-promoted", "promoted rotation of secret ", " in "),
  secretForm("rotation-finished", "finished rotation of secret ", " in "),
  secretForm("rotation-aborted", "aborted rotation of secret ", " in "),
  {
    words: ["", " added owner ", " to ", ""],
    event: ([by = "", owner = "", domain = ""]) => ({ kind: "owner-added", by, owner, domain }),
  },
  {
    words: ["removed owner ", " from ", ""],
    event: ([owner = "", domain = ""]) => ({ kind: "owner-removed", owner, domain }),
  },
  custodianForm("custodian-removed", "removed key custodian ", " (was owner of "),
  custodianForm("passphrase-updated", "updated key custodian passphrase for ", " (updated domains -> "),
  custodianForm("custodian-rekeyed", "rekeyed custodian for ", " (updated domains -> "),
];

type SecretEvent = Extract<AuditEvent, { readonly secret: string }>;

function secretForm(kind: SecretEvent["kind"], before: string, between: string): Form {
  return {
    words: [before, between, ""],
    event: ([secret = "", domain = ""]) =>
      secretNameProblem(secret) === undefined ? { kind, secret, domain } : undefined,
  };
}

type CustodianEvent = Extract<AuditEvent, { readonly domains: Names }>;

function custodianForm(kind: CustodianEvent["kind"], before: string, between: string): Form {
  return {
    words: [before, between, ")"],
    event: ([custodian = "", domains = ""]) => ({
      kind,
      custodian,
      domains: domains === "" ? [] : domains.split(", "),
    }),
  };
}

/** Every way to take a text apart into names and the words around them, the shortest names first; it has the first word. */
function* splits(text: string, [first, ...rest]: Form["words"]): Generator<string[]> {
  yield* splitRest(text.slice(first.length), rest);
}

function* splitRest(text: string, [word, ...rest]: readonly string[]): Generator<string[]> {
  if (word === undefined) {
    if (text === "") yield [];
    return;
  }
  if (rest.length === 0) {
    if (text.endsWith(word)) yield [text.slice(0, text.length - word.length)];
    return;
  }
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const name = text.slice(0, at);
    let found = false;
    for (const names of splitRest(text.slice(at + word.length), rest)) {
      found = true;
      yield [name, ...names];
    }
    // What is left only gets shorter: no later word leaves more to find.
    if (!found) return;
  }
}
