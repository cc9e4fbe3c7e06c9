import { classesOf, looksRandom } from "./entropy.ts";
import { plainSpelling } from "./placeholder.ts";
import { areProgramWords, hasProgramWord } from "./program-words.ts";

/** Characters that people put into passwords and hardly ever into names. */
const SIGNS = /[!@#$%^&*?+~=]/;

/** `Tiger.Maple2024`: capitalized words, and a number of three and more digits. */
const JOINED_WORDS = /^(?:[A-Z][a-z]{2,}[._-])+[A-Z][a-z]{2,}[0-9]{3,6}[.-]?$/;

/** `RibbonNeedle4576_`: two and more capitalized words and a number, but no words for what programs are made of. */
const COMPOUND =
  /^(?:(?:[A-Z][a-z]{3,}){2,}[0-9]{2,6}|(?:[A-Z][a-z]{2,}){3,}[0-9]{1,6}|(?:[A-Z][a-z]*){4,}[0-9]{1,6})[!_@#$%^&*?+~-]?$/;
/** Words that begin the parts of names in programs: `ClientToken2024`. */
const NAMES_A_PART =
  /Token|Secret|Key(?![a-z])|Auth|Name|Value|Client|Type|Prod|Config|Server|Service|Handler|Manager|Test|Data|User|Api(?![a-z])|Access|Session|String|Header|Hash|Code|Error|Signature|Base|Encod|Sha(?![a-z])|Rsa(?![a-z])|Version/;

/** `rencyf-mog5ux-Zergyb`: as Apple draws them. */
const GROUPS = /^(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{6}(?:-[A-Za-z0-9]{6}){2}$/;
/** The same without a capital. */
const LOW_GROUPS = /^(?=.*[0-9])[a-z0-9]{6}(?:-[a-z0-9]{6}){2}$/;
/** `Silver-cactus-island-Badger2`: words with capitals and a digit. */
const CAPITALIZED = /^(?=.*[A-Z])[A-Za-z]{3,16}(?:-[A-Za-z]{3,16}){2,6}[0-9]$/;
/** `otter-Walnut7-bison`: a capital and a digit in words, as password managers draw them. */
const MIXED_WORDS = /^(?=.*[A-Z])(?=.*[0-9])[A-Za-z]{3,12}[0-9]?(?:-[A-Za-z]{3,12}[0-9]?){2,5}$/;
/** `anchor-pirate-basil-84`. */
const DRAWN = /^[a-z]{4,10}(?:-[a-z]{4,10}){2,5}-[0-9]{1,4}$/;
/** `copper-lantern-badger-plum`: four and more words, as a diceware list gives them. */
const DICEWARE = /^[a-z]{3,9}(?:-[a-z]{3,9}){3,7}$/;
/** `jasminecedar5854`: words in lower case and a number, without anything between. */
const RUN_TOGETHER = /^[a-z]{9,24}[0-9]{3,4}$/;

/** Whether it is words that were drawn, perhaps with a number, and none for what programs are made of. */
export function isDrawn(value: string): boolean {
  if (value.length < 12 || value.length > 100) return false;
  if (RUN_TOGETHER.test(value)) return !areProgramWords(value) && !TRIAL.test(value);
  if (DICEWARE.test(value)) return !hasProgramWord(value) && new Set(value.split("-")).size >= 3;
  return (
    (DRAWN.test(value) ||
      GROUPS.test(value) ||
      LOW_GROUPS.test(value) ||
      CAPITALIZED.test(value) ||
      MIXED_WORDS.test(value)) &&
    !hasProgramWord(value)
  );
}

/** `walnut-otter-bison`, and `acme-prod-otter`. */
const THREE_WORDS = /^(?<first>[a-z]{3,14})-(?<second>[a-z]{2,10})-(?<third>[a-z]{3,12})$/;
/** Shorter ones are codes and names. */
const LEAST_OF_THREE = 13;
/** What a password is for, among its words. */
const PURPOSES = /^(?:prod|production|live|stage|staging|dev|db|admin|root|test)$/;

/**
 * Whether it is three words that were drawn, or a company, what the password is for, and a word. Names of things look the
 * same, so this counts only where nothing but a password can be.
 */
export function areThreeWords(value: string): boolean {
  const { first = "", second = "", third = "" } = THREE_WORDS.exec(value)?.groups ?? {};
  if (first === "" || first === third || value.length < LEAST_OF_THREE || hasProgramWord(`${first}-${third}`))
    return false;
  return PURPOSES.test(second)
    ? third.length >= 4
    : second.length >= 3 && third.length >= 3 && !hasProgramWord(second);
}

/** `Agnes.and.Oscar9`: words with capitals among them that are joined, a number at the end, and no words for programs. */
const JOINED_NAMES = /^(?=.*[A-Z])[A-Za-z]{2,16}(?:[._][A-Za-z]{1,16}){1,4}[0-9]{1,4}[!#*]?$/;

/** Words between names. */
const JOINS = /[._]?(?:and|is|or|my|the)(?=[._A-Z])/g;

/** Whether a person joined words with dots or underscores, as names in programs are. */
export function areJoinedNames(value: string): boolean {
  return value.length >= 10 && JOINED_NAMES.test(value) && !hasProgramWord(value.replace(JOINS, "."));
}

/** As Apple and Google draw them for one program: four times four letters; of WordPress, six times four characters. */
const APP_PASSWORD =
  /^(?!.*(?:pass|user|name|your|some|test|this|that|here|with|from|word))[a-z]{4}(?:(?:-[a-z]{4}){3}|(?: [a-z]{4}){3})$|^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{4}(?: [A-Za-z0-9]{4}){5}$/;

export function isAppPassword(value: string): boolean {
  return APP_PASSWORD.test(value);
}

/** A secret that a person made up: letters of both cases, digits and signs. */
export function isStrong(value: string): boolean {
  return (
    value.length >= 8 &&
    classesOf(value) >= 3 &&
    /[0-9]/.test(value) &&
    (SIGNS.test(value) || JOINED_WORDS.test(value) || (COMPOUND.test(value) && !NAMES_A_PART.test(value))) &&
    !/^(?:[\w-]+|[a-z][\w-]{0,30}(?:\.[\w-]{1,30}){1,8})(?:=(?!=?$)|[?&][\w-]+=)/.test(value)
  );
}

/** `meFiesima4gu`: syllables with a capital and a digit among them, as pwgen draws them; not `base64Encode`. */
const SYLLABLES = /^(?!.*(?:base|sha|md|utf|oauth|http|x5|i18|k8|e2|s3|ec2|v[0-9]))[a-z]*[a-z][0-9][a-z]+$/i;

/** Words that passwords in manuals are made of. */
const TRIAL =
  /pass|secret|admin|test|example|demo|user|root|change|welcome|qwert|strong|secur|super|your|my(?:db|sql|app)|sample|foo|bar|letme|login|default|abc|1234|0000|1111|token|key|word|hello|world|mongo|postgres|redis|mysql|grafana|name/i;

/** Signs and digits next to letters of both cases, and not the name of a file: `Jungle.summer21`, `Harbor_2024`. */
const MIXED =
  /^(?![a-z]+:\/\/)(?!.*\.[a-z]{1,5}$)[^\s/\\()[\]{}<>,;"'`]*[A-Za-z][._-]?[0-9]{2}[^\s/\\()[\]{}<>,;"'`]*$/;

/** The same of a test, where random values are vectors and what is made up is simple. */
export function looksChosenForUse(text: string): boolean {
  return looksChosen(text) && (isStrong(text) || isDrawn(text));
}

/** Whether it is what pwgen draws. */
export function isPronounceable(text: string): boolean {
  return text.length >= 10 && text.length <= 16 && SYLLABLES.test(text) && /[a-z][A-Z]/.test(text);
}

/** Whether a person, or a generator of passwords, chose it for use: manuals have simpler ones. */
export function looksChosen(text: string): boolean {
  if (isDrawn(text)) return true;
  if (text.length < 10 || text.length > 64 || TRIAL.test(text) || TRIAL.test(plainSpelling(text)))
    return false;
  if (looksRandom(text) && /[0-9].*[0-9]/.test(text) && !/^[0-9a-f-]+$/i.test(text)) return true;
  return isStrong(text) || isPronounceable(text) || (classesOf(text) === 4 && MIXED.test(text));
}
