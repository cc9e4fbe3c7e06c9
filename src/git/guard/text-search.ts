import { type Eventual, eventually } from "../../common/eventual.ts";
import { lazy } from "../../common/lazy.ts";
import type { TeamRules } from "../../scan/team-rules.ts";
import type { OwnSecrets } from "./own-secrets.ts";

/** What every search of a text needs. It is loaded, and the secrets are opened, for the first text. */
export interface TextSearch {
  /** The secrets whose values are known. */
  readonly secrets: OwnSecrets | undefined;
  /** The team's own rules. */
  readonly team: TeamRules | undefined;
  readonly scanText: typeof import("../../scan/scanner.ts").scanText;
}

// Loaded when it is needed: a commit that changes only stores does not need it.
export const loadScanner = lazy(() => import("../../scan/scanner.ts"));

/** @returns a function that returns the search, without a promise once it is prepared */
export function textSearch(
  ownSecrets: () => Promise<OwnSecrets | undefined>,
  team: () => Eventual<TeamRules | undefined>,
): () => Eventual<TextSearch> {
  return eventually(async () => ({
    secrets: await ownSecrets(),
    team: await team(),
    scanText: (await loadScanner()).scanText,
  }));
}
