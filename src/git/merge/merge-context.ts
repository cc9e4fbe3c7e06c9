import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { MergeCredentials } from "./merge-credentials.ts";
import type { Side, StoreVersions } from "./versions.ts";

/** What a user or an option decided about a conflict: a side, or a new value for a secret. */
export type Decision = Side | { readonly value: string };

export interface MergeOptions {
  readonly credentials: MergeCredentials;
  /** The decision about a conflict; while there is none, it stays a conflict. */
  readonly decide: (subject: ConflictSubject) => Decision | undefined;
  /** Take a chosen entry even if it is sealed to a replaced key: to show it, never to keep it. */
  readonly forDisplay?: boolean;
}

/** What the steps of a merge share. */
export interface MergeContext extends MergeOptions {
  readonly versions: StoreVersions;
  readonly custodians: MergedCustodians;
}

export interface MergedCustodians {
  /** Key material after the merge, base64, by custodian. */
  readonly pwdkm: ReadonlyMap<string, string>;
  /** Sides chosen for custodians that one side removed: they decide about their ownerships, too. */
  readonly chosenSides: ReadonlyMap<string, Side>;
}

/** What a step of a merge came to. A conflict leaves our version in the value. */
export interface Step<Value> {
  readonly value: Value;
  readonly conflicts: readonly Conflict[];
}

/** The side chosen for something, or `undefined` if none was. */
export function chosenSide(
  subject: ConflictSubject,
  { decide }: Pick<MergeOptions, "decide">,
): Side | undefined {
  const decision = decide(subject);
  return typeof decision === "string" ? decision : undefined;
}
