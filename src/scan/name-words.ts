/**
 * The words of a name, in lower case.
 * @param name with `_`, `-`, `.` or capitals between its words
 */
export function wordsOf(name: string): string[] {
  return ASCII.test(name) ? asciiWords(name) : splitWords(name);
}

const ASCII = /^[\x00-\x7f]*$/;

function splitWords(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9\u00df-\u017f]+/)
    .filter((word) => word !== "");
}

/** {@link splitWords} in one pass: nearly all names are ASCII. */
function asciiWords(name: string): string[] {
  const words: string[] = [];
  const lower = name.toLowerCase();
  let start = 0;
  let before = OTHER;
  for (let at = 0; at <= name.length; at++) {
    const kind = kindAt(name, at);
    const isStart =
      kind === CAPITAL && (before === SMALL || (before === CAPITAL && isSmallLetter(name, at + 1)));
    if (kind === OTHER || isStart) {
      if (before !== OTHER) words.push(lower.slice(start, at));
      start = isStart ? at : at + 1;
    }
    before = kind;
  }
  return words;
}

const OTHER = 0;
/** A small letter or a digit. */
const SMALL = 1;
const CAPITAL = 2;

function kindAt(name: string, at: number): number {
  const unit = name.charCodeAt(at);
  if (unit >= 65 && unit <= 90) return CAPITAL;
  return isSmallLetter(name, at) || (unit >= 48 && unit <= 57) ? SMALL : OTHER;
}

function isSmallLetter(name: string, at: number): boolean {
  const unit = name.charCodeAt(at);
  return unit >= 97 && unit <= 122;
}
