import { unrepresentable } from "./unrepresentable.ts";

/**
 * Variables to which bash, zsh, mksh or ksh assign the result of an arithmetic expression (bash(1), zshparam(1), mksh(1)):
 * the index in `a[$(command)]` is expanded first, so that the assignment runs the command, however the value is quoted.
 */
const CALCULATED = new Set(
  `
BASHPID BASH_SUBSHELL BASH_MONOSECONDS COLUMNS EGID EPOCHREALTIME EPOCHSECONDS ERRNO EUID FUNCNEST GID HISTCMD HISTFILESIZE HISTSIZE
KEYTIMEOUT KSHEGID KSHGID KSHUID LINENO LINES LISTMAX LOGCHECK MAILCHECK OPTIND PERIOD PGRP PIPESTATUS PPID RANDOM SAVEHIST SECONDS
SHLVL SRANDOM TMOUT TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT UID USER_ID ZLE_RPROMPT_INDENT
`
    .trim()
    .split(/\s+/),
);

/** @throws PprotectError `unrepresentable` for such a variable, unless its value is a number and no other expression */
export function checkCalculated(format: string, name: string, value: string): void {
  if (!CALCULATED.has(name) || /^-?[0-9]+$/.test(value)) return;
  throw unrepresentable(
    format,
    name,
    "is a variable that shells calculate, which can run commands in its value",
    "use --prefix, exclude it with --except, or rename the secret",
  );
}
