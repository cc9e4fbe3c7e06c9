/** A number and its noun: `1 secret`, `2 secrets`. @param plural the noun's plural when it is not `noun` + "s" */
export function countNoun(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** Text without the line end it closes with, if any: LF or CRLF, and only one. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}
