import { areJoinedNames, isAppPassword, isDrawn } from "./chosen-password.ts";
import { classChanges, classesOf, looksRandom } from "./entropy.ts";
import { lettersLookRandom } from "./letter-pairs.ts";
import { isDisguisedWord } from "./placeholder.ts";
import type { Candidate } from "./rule.ts";

/** Not a URL, a path, a name or a message: it has digits or signs, and is not what everyone types for a trial. */
export function isPasswordArgument({ secret }: Pick<Candidate, "secret">): boolean {
  if (
    isDisguisedWord(secret) ||
    /^[a-z][a-z0-9+.-]*:|^[./~\\]|^[\w.-]+@[\w-]+\.[\w.-]+$|^[A-Z_]+$/.test(secret) ||
    (/[(){}<>]/.test(secret) && !(looksRandom(secret) && classesOf(secret) === 4))
  )
    return false;
  if (isDrawn(secret) || isAppPassword(secret) || areJoinedNames(secret)) return true;
  if (/^[a-z]+(?:[-_./:][a-z]+)*[0-9]?$/i.test(secret))
    return (secret.length >= 12 && lettersLookRandom(secret)) || classChanges(secret) >= 0.3;
  if (/^[\w-]+(?:\.[\w-]+)+$/.test(secret) && !/[0-9]{2}/.test(secret)) return looksRandom(secret);
  return /[0-9!@#%^&*?+~]/.test(secret) && /[A-Za-z]/.test(secret);
}
