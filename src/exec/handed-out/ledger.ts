import * as t from "typanion";

const COMMON = {
  /** The store's real path. */
  store: t.isString(),
  client: t.isOptional(t.isString()),
  /** The lease that it was opened with. */
  lease: t.isOptional(t.isString()),
  /** Milliseconds since 1970. */
  since: t.isNumber(),
  /** When it was meant to end. */
  until: t.isOptional(t.isNumber()),
};

const isProgram = t.isObject({
  ...COMMON,
  pid: t.isNumber(),
  started: t.isString(),
  /** The PID namespace in which it has this number, see pid-namespace.ts. */
  namespace: t.isOptional(t.isString()),
  /** The program's name, without its arguments. */
  name: t.isString(),
  domains: t.isArray(t.isString()),
});

const isFile = t.isObject({ ...COMMON, path: t.isString(), domains: t.isArray(t.isString()) });

const isShown = t.isObject({
  ...COMMON,
  id: t.isString(),
  domain: t.isString(),
  name: t.isString(),
  /** The hash of the sealed value that was opened. */
  box: t.isString(),
});

/** What was handed out on this machine and may still be had. Nothing of the values is kept, no digest of one either. */
export const isLedger = t.isObject({
  programs: t.isArray(isProgram),
  files: t.isArray(isFile),
  shown: t.isArray(isShown),
});

export type Ledger = Readonly<t.InferType<typeof isLedger>>;
/** A program that runs with secrets. */
export type RunningProgram = Readonly<t.InferType<typeof isProgram>>;
/** A file of secrets that was written for a client or under a lease; see `plaintext-files/record.ts` for all of them. */
export type HandedOutFile = Readonly<t.InferType<typeof isFile>>;
/** A value that a client was shown. */
export type ShownValue = Readonly<t.InferType<typeof isShown>>;

export const EMPTY_LEDGER: Ledger = { programs: [], files: [], shown: [] };

/** How many shown values are kept; then the oldest go. */
const MAX_SHOWN = 5_000;

export function withProgram(ledger: Ledger, program: RunningProgram): Ledger {
  return { ...ledger, programs: [...ledger.programs, program] };
}

export function withFile(ledger: Ledger, file: HandedOutFile): Ledger {
  return { ...ledger, files: [...ledger.files.filter(({ path }) => path !== file.path), file] };
}

export function withShown(ledger: Ledger, shown: readonly ShownValue[]): Ledger {
  return { ...ledger, shown: [...ledger.shown, ...shown].slice(-MAX_SHOWN) };
}

/** How many programs are kept: those of other PID namespaces may have ended without anyone here seeing it. */
const MAX_PROGRAMS = 5_000;

/** The ledger without programs that have ended and files that are gone. */
export function pruned(
  ledger: Ledger,
  hasEnded: (program: RunningProgram) => boolean,
  isThere: (path: string) => boolean,
): Ledger {
  return {
    ...ledger,
    programs: ledger.programs.filter((program) => !hasEnded(program)).slice(-MAX_PROGRAMS),
    files: ledger.files.filter(({ path }) => isThere(path)),
  };
}

/** Selects entries of what was handed out. */
export type HandedOutChoice =
  | { readonly by: "all" }
  /** A lease's id, or that of a shown value. */
  | { readonly by: "id"; readonly id: string }
  | { readonly by: "client"; readonly client: string }
  | { readonly by: "domain"; readonly domain: string }
  /** What was meant to end before this moment, in ms since 1970. */
  | { readonly by: "expired"; readonly now: number };

/** The part of the ledger that a choice means. */
export function chosen(ledger: Ledger, choice: HandedOutChoice): Ledger {
  return {
    programs: ledger.programs.filter((each) => isMeant(each, each.domains, choice)),
    files: ledger.files.filter((each) => isMeant(each, each.domains, choice)),
    shown: ledger.shown.filter(
      (each) => isMeant(each, [each.domain], choice) || (choice.by === "id" && choice.id === each.id),
    ),
  };
}

function isMeant(
  { client, lease, until }: Pick<RunningProgram, "client" | "lease" | "until">,
  domains: readonly string[],
  choice: HandedOutChoice,
): boolean {
  switch (choice.by) {
    case "all":
      return true;
    case "id":
      return lease === choice.id;
    case "client":
      return client === choice.client;
    case "domain":
      return domains.includes(choice.domain);
    case "expired":
      return until !== undefined && until <= choice.now;
  }
}

/** What the store says now of a value that was shown. */
export interface StoreNow {
  /** The hash of the sealed value; left out when the secret is gone. */
  readonly box: string | undefined;
  /** When the store's audit log last says that the secret was given a value, in ms since 1970, as far as it says so. */
  readonly changed: number | undefined;
}

/**
 * Whether a value that was shown is still the secret's, as far as that can be known without opening it. A sealed value
 * also changes when its domain's key is rotated and the value stays: without a change in the audit log it is taken for
 * the same, so that nothing is taken for harmless that is not.
 */
export function isStillCurrent({ box, since }: Pick<ShownValue, "box" | "since">, now: StoreNow): boolean {
  if (now.box === undefined) return false;
  return now.box === box || now.changed === undefined || now.changed < since;
}
