/** Cyrillic and Greek letters that look like Latin ones, each after the Latin letter (Unicode's confusables.txt). */
const ALIKE =
  "aаα bЬ cсϲ dԁ eе gɡ hһ iіιı jј kκк lӏΙ mм nո oоοσ pрρ qԛ rг sѕ tт uυս vνѵ wԝ xхχ yуγ zᴢ AАΑ BВΒ CСϹ EЕΕ HНΗ IІΙ JЈ KКΚ MМΜ NΝ OОΟ PРΡ SЅ TТΤ XХΧ YҮΥ ZΖ";

const LATIN = new Map(
  ALIKE.split(" ").flatMap(([latin = "", ...others]) => others.map((other) => [other, latin] as const)),
);

const SCRIPTS = [
  ["Latin", /\p{Script=Latin}/u],
  ["Cyrillic", /\p{Script=Cyrillic}/u],
  ["Greek", /\p{Script=Greek}/u],
  ["Armenian", /\p{Script=Armenian}/u],
] as const;

/**
 * What could mislead a reader of a new name: letters of several alphabets, or the looks of a name that exists.
 *
 * @param existing the names of the same kind
 * @returns a sentence for a warning, or `undefined`; names in it are not escaped
 */
export function misleadingLooks(name: string, existing: Iterable<string>): string | undefined {
  const looks = skeleton(name);
  for (const other of existing) {
    if (other !== name && skeleton(other) === looks) return `"${name}" looks like "${other}", which exists`;
  }
  const scripts = SCRIPTS.filter(([, letters]) => letters.test(name)).map(([script]) => script);
  return scripts.length > 1 ? `"${name}" mixes ${scripts.join(" and ")} letters` : undefined;
}

/** Equal for names that look the same. */
function skeleton(name: string): string {
  return Array.from(name.normalize("NFKC"), (char) => LATIN.get(char) ?? char)
    .join("")
    .toLowerCase()
    .replaceAll("0", "o")
    .replace(/[1|i]/g, "l");
}
