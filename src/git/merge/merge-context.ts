import type { KnownKeys } from "../../store/trust/known-keys.ts";
import type { Conflict, ConflictSubject, DecisionWord, UndoneChange } from "./conflict.ts";
import type { MergeCredentials } from "./merge-credentials.ts";
import type { SideSteps } from "./merge-rotations.ts";
import type { Side, StoreVersions } from "./versions.ts";

/** What a user or an option decided about a conflict: a word, or a new value for a secret. */
export type Decision = Exclude<DecisionWord, "new"> | { readonly value: string };

export interface MergeOptions {
  readonly credentials: MergeCredentials;
  readonly trust: KnownKeys;
  /** The decision about a conflict; while there is none, it stays a conflict. */
  readonly decide: (subject: ConflictSubject) => Decision | undefined;
  /** Take a chosen entry even if it is sealed to a replaced key: to show it, never to keep it. */
  readonly forDisplay?: boolean;
}

/** What the steps of a merge share. */
export interface MergeContext extends MergeOptions {
  readonly versions: StoreVersions;
  readonly custodians: MergedCustodians;
  /** What each side did with rotations. */
  readonly rotations: SideSteps;
  /** The merged audit log, before what the merge adds. */
  readonly log: readonly string[];
  /** The time of the entries that the merge adds. */
  readonly now: Date;
  /** The names of the domains that have a public key (base64) in any version: one, unless a domain copies another's. */
  readonly domainsByKey: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface MergedCustodians {
  /** Key material after the merge, base64, by custodian. */
  readonly pwdkm: ReadonlyMap<string, string>;
  /** Sides chosen for custodians that one side removed: they decide about their ownerships, too. */
  readonly chosenSides: ReadonlyMap<string, Side>;
}

/** Other domains with a domain's public key: a copy of its private key would open them too. */
export function domainsSharingKey(
  domain: string,
  publicKey: string | undefined,
  { domainsByKey }: MergeContext,
): string[] {
  return [...(domainsByKey.get(publicKey ?? "") ?? [])].filter((name) => name !== domain);
}

/** What a step of a merge came to. A conflict leaves our version in the value. */
export interface Step<Value> {
  readonly value: Value;
  readonly conflicts: readonly Conflict[];
  readonly undone: readonly UndoneChange[];
}

export function step<Value>(
  value: Value,
  conflicts: readonly Conflict[] = [],
  undone: readonly UndoneChange[] = [],
): Step<Value> {
  return { value, conflicts, undone };
}

/** The side chosen for something, or `undefined` if none was. */
export function chosenSide(
  subject: ConflictSubject,
  { decide }: Pick<MergeOptions, "decide">,
): Side | undefined {
  const decision = decide(subject);
  return decision === "ours" || decision === "theirs" ? decision : undefined;
}

/** The kind of change that a side made to a text, without opening it. */
export function changeKind(base: string | undefined, text: string | undefined): UndoneChange["change"] {
  if (text === undefined) return "removed";
  return base === undefined ? "added" : "changed";
}
