import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { Opener } from "./merge-credentials.ts";
import type { Choice, Sides } from "./versions.ts";

/** What a person or an option decided about a conflict: a side, or a new value for a secret. */
export type Decision = Choice | { readonly value: string };

export interface MergeOptions {
  readonly opener: Opener;
  /** Asked for each conflict; where it has no answer the conflict stays one. */
  readonly decide: (subject: ConflictSubject) => Decision | undefined;
  /** Take a chosen entry even if it is sealed to a key that no longer stands: for showing, never for keeping. */
  readonly forDisplay?: boolean;
}

/** What the parts of a merge share. */
export interface MergeContext extends MergeOptions {
  readonly sides: Sides;
  /** The key material that stands after the merge, by custodian. */
  readonly custodians: ReadonlyMap<string, string>;
  /** Sides taken for custodians that one side removed: they decide about their ownerships, too. */
  readonly custodianChoices: ReadonlyMap<string, Choice>;
  report(conflict: Conflict): void;
}
