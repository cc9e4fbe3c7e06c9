/** Text in POSIX single quotes (Shell Command Language §2.2.2), where only the quote itself has a meaning. */
export function quoteForShell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** A word of a command line for users to copy: quoted only if necessary. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : quoteForShell(text);
}
