/** Text in POSIX single quotes (Shell Command Language §2.2.2), where only the quote itself has a meaning. */
export function quoteForShell(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** A word of a command line for users to copy: quoted only if necessary. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : quoteForShell(text);
}

/** Arguments of a command line for users to copy: after `--` if one of them looks like an option. */
export function shellArguments(...words: readonly string[]): string {
  return [...(words.some((word) => word.startsWith("-")) ? ["--"] : []), ...words.map(shellWord)].join(" ");
}

/** A name in the sense of POSIX (XBD 3.216): every shell can assign such a variable. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a shell can assign a variable of this name. */
export function isShellIdentifier(name: string): boolean {
  return IDENTIFIER.test(name);
}
