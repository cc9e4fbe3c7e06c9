import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";

/**
 * Which keys are accepted: those that this user used before and, of names that are new, the first one; those that the
 * team committed; or any.
 */
export type TrustMode = "first-use" | "strict" | "off";

const MODES: readonly TrustMode[] = ["first-use", "strict", "off"];

/** The variable that says which keys are accepted. */
export const TRUST_VARIABLE = "PPROTECT_TRUST";

/** @throws PprotectError `usage` for a value that is not a mode */
export function trustMode(environment: Readonly<Record<string, string | undefined>>): TrustMode {
  const given = environment[TRUST_VARIABLE] || "first-use";
  const mode = MODES.find((each) => each === given);
  if (mode !== undefined) return mode;
  throw new PprotectError(
    "usage",
    `${TRUST_VARIABLE} must be first-use, strict or off, not "${displayName(given)}"`,
  );
}
