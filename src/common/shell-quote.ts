/** POSIX single quotes (Shell Command Language §2.2.2): nothing in them means anything but the quote itself. */
export function quoteForShell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** One word of a command line that a person may copy: quoted only where it has to be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : quoteForShell(text);
}
