/** In place of keywords: lines with a run of {@link RUN} characters of the alphabets of base64 and of dots, two of them digits. */
export const LONG_RUN = "long run";
/** In place of keywords: those of these lines that have as long a word, of letters, digits, `_` and `-`. */
export const LONG_WORD = "long word";

/** Characters in a row. */
export const RUN = 24;

/** 1 for each byte that may be in a run. */
export const IN_RUN = byteTable(/[\w.\-+/=~|]/);
const IN_WORD = byteTable(/[\w-]/);
const IN_VALUE = byteTable(/[\w+/-]/);
const BEFORE_VALUE = byteTable(/["'`= ]/);

/** @param pattern for one ASCII character */
function byteTable(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    byte < 128 && pattern.test(String.fromCharCode(byte)) ? 1 : 0,
  );
}

/** Whether the run that starts at an offset has two digits; nearly every random text of its length has. */
export function hasDigits(bytes: Uint8Array, start: number): boolean {
  let digits = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57 && ++digits === 2) return true;
    if (IN_RUN[byte] === 0) return false;
  }
  return false;
}

/** Whether a long word is between two offsets. Of most text, it looks only at every 24th character. */
export function hasLongWord(bytes: Uint8Array, start: number, end: number): boolean {
  let last = start + RUN - 1;
  while (last < end) {
    let at = last;
    while (last - at < RUN && IN_WORD[bytes[at] as number] === 1) at--;
    if (last - at === RUN) return true;
    last = at + RUN;
  }
  return false;
}

/** Whether a run of {@link RUN} characters of the base64 alphabets is between two offsets, after a quote, `=` or a blank. */
export function hasLongValue(bytes: Uint8Array, start: number, end: number): boolean {
  let last = start + RUN - 1;
  while (last < end) {
    let before = last;
    while (before >= start && IN_VALUE[bytes[before] as number] === 1) before--;
    if (last - before < RUN) {
      last = before + RUN;
      continue;
    }
    if (before >= start && BEFORE_VALUE[bytes[before] as number] === 1) return true;
    while (last < end && IN_VALUE[bytes[last] as number] === 1) last++;
    last += RUN;
  }
  return false;
}
