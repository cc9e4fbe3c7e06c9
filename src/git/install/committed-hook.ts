import findPprotect from "../../../hooks/find-pprotect" with { type: "text" };

/**
 * The lines that `git install` adds to a hook that is committed, such as husky's. They work in every clone: they need no
 * other file, and without pprotect they warn, or refuse the commit if that was asked for.
 */
const START = "# pprotect: lines of `pprotect git install`";
const END = "# pprotect: end";

const ABSENT = "pprotect: not found in PATH, so this commit was not checked for plaintext secrets";

const FIND = findPprotect
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .join("\n");

function block(otherwise: string): string {
  return `${START}
${FIND}
if [ -n "$pprotect" ]; then
  "$pprotect" git pre-commit || exit $?
else
  ${otherwise}
fi
${END}
`;
}

const LENIENT = block(`echo '${ABSENT}' >&2`);
const STRICT = block(`echo '${ABSENT} and is refused. Install pprotect or fix PATH, then commit again.' >&2
  exit 1`);

/** The lines for a committed hook. @param required whether they refuse a commit without pprotect */
export function committedLines(required: boolean): string {
  return required ? STRICT : LENIENT;
}

/** How a committed hook runs the guard: by our lines, by lines of ours that are not what this version writes, or not. */
export type CommittedState = "lenient" | "strict" | "stale" | "absent";

export function committedState(text: string): CommittedState {
  if (has(text, LENIENT)) return "lenient";
  if (has(text, STRICT)) return "strict";
  return text.includes(START) ? "stale" : "absent";
}

/** Adds our lines at the end of a hook, or replaces those that are there. */
export function withLines(text: string, lines: string): string {
  const start = text.indexOf(START);
  if (start >= 0) {
    const end = text.indexOf(END, start);
    const rest = end < 0 ? "" : text.slice(end + END.length).replace(/^\n/, "");
    return text.slice(0, start) + lines + rest;
  }
  return text === "" || text.endsWith("\n") ? text + lines : `${text}\n${lines.trimEnd()}`;
}

/** Removes our lines from a hook, which is then as {@link withLines} found it; `undefined` if they were changed. */
export function withoutLines(text: string): string | undefined {
  for (const lines of [LENIENT, STRICT]) {
    if (text.includes(lines)) return text.replace(lines, () => "");
    const atEnd = `\n${lines.trimEnd()}`;
    if (text.endsWith(atEnd)) return text.slice(0, -atEnd.length);
  }
  return undefined;
}

function has(text: string, lines: string): boolean {
  return text.includes(lines) || text.endsWith(lines.trimEnd());
}

/**
 * Whether lines at the end of a hook run: it is a shell script, and it neither exits before nor becomes another program.
 * @param husky whether husky runs it, with a shell and without a #! line
 */
export function runsToItsEnd(text: string, husky: boolean): boolean {
  if (!husky && !/^#!.*\b(?:sh|ash|bash|dash|ksh|zsh)\b/.test(text)) return false;
  return !text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/\|\|\s*exit\b/g, ""))
    .some((line) => /(?:^|[;&|({]|\bthen|\belse|\bdo)\s*(?:exec|exit)\b/.test(line));
}
