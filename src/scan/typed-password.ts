import { areJoinedNames, areThreeWords, isDrawn } from "./chosen-password.ts";
import { classChanges } from "./entropy.ts";
import { lettersLookRandom } from "./letter-pairs.ts";
import { isDisguisedWord } from "./placeholder.ts";
import type { Candidate } from "./rule.ts";

/** Whether what follows an option may be a password: it has digits or signs, or looks random. */
export function isTypedPassword({ secret }: Pick<Candidate, "secret">): boolean {
  if (secret.length < 6 || isDisguisedWord(secret)) return false;
  if (isDrawn(secret) || areThreeWords(secret) || areJoinedNames(secret)) return true;
  if (
    /^[./~]|^[a-z][a-z0-9+.-]*:\/\/|^[A-Z_]+$|^[0-9.:]{1,30}$|\.(?:sh|txt|ya?ml|json|sql|key|pem)$/.test(
      secret,
    )
  )
    return false;
  if (/^[a-z]+(?:[-_./:=][a-z0-9]+)*$/i.test(secret) && !/[0-9]{2}/.test(secret))
    return lettersLookRandom(secret) || (/[0-9]/.test(secret) && classChanges(secret) >= 0.25);
  return /[0-9!@#%^&*?+~]/.test(secret) || lettersLookRandom(secret);
}
