import findPprotect from "../../../hooks/find-pprotect" with { type: "text" };
import { type GuardHook, PRE_PUSH } from "./guard-hooks.ts";

/**
 * The lines that `git install` adds to a hook that is committed, such as husky's. They work in every clone: they need no
 * other file, and without pprotect they warn, or refuse the commit if that was asked for.
 */
const START = "# pprotect: lines of `pprotect git install`";
const END = "# pprotect: end";

const FIND = findPprotect
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .join("\n");

/** What git says to the hook on standard input is for the lines after ours, too. */
const WITH_STDIN = `pprotect_refs=$(cat)
  printf '%s\\n' "$pprotect_refs" | "$pprotect" git pre-push "$@" || exit $?
  if [ -n "$pprotect_refs" ]; then
    exec <<EOF
$pprotect_refs
EOF
  else
    exec </dev/null
  fi`;

function block(call: string, otherwise: string): string {
  return `${START}
${FIND}
if [ -n "$pprotect" ]; then
  ${call}
else
  ${otherwise}
fi
${END}
`;
}

/**
 * The lines for a committed hook.
 * @param required whether they refuse a commit, or a push, without pprotect
 */
export function committedLines(required: boolean, { name, command, args, stops, again }: GuardHook): string {
  const absent = `pprotect: not found in PATH, so ${stops} was not checked for plaintext secrets`;
  const call =
    name === PRE_PUSH.name ? WITH_STDIN : `${command.replace("pprotect", '"$pprotect"')}${args} || exit $?`;
  if (!required) return block(call, `echo '${absent}' >&2`);
  const refused = stops.startsWith("this ") ? "and is refused" : "and the commit is refused";
  return block(
    call,
    `echo '${absent} ${refused}. Install pprotect or fix PATH, then ${again} again.' >&2
  exit 1`,
  );
}

/** How a committed hook runs the guard: by our lines, by lines of ours that are not what this version writes, or not. */
export type CommittedState = "lenient" | "strict" | "stale" | "absent";

export function committedState(text: string, hook: GuardHook): CommittedState {
  if (has(text, committedLines(false, hook))) return "lenient";
  if (has(text, committedLines(true, hook))) return "strict";
  return text.includes(START) ? "stale" : "absent";
}

/** Adds our lines to a hook, or replaces those that are there. They are at its end, unless they have to be at its start. */
export function withLines(text: string, lines: string, hook: GuardHook): string {
  const start = text.indexOf(START);
  if (start >= 0) {
    const end = text.indexOf(END, start);
    const rest = end < 0 ? "" : text.slice(end + END.length).replace(/^\n/, "");
    return text.slice(0, start) + lines + rest;
  }
  if (placeOfLines(hook) === "start") {
    const [first = ""] = /^#!.*\n/.exec(text) ?? [];
    return first + lines + text.slice(first.length);
  }
  return text === "" || text.endsWith("\n") ? text + lines : `${text}\n${lines.trimEnd()}`;
}

/** Removes our lines from a hook, which is then as {@link withLines} found it; `undefined` if they were changed. */
export function withoutLines(text: string, hook: GuardHook): string | undefined {
  for (const lines of [false, true].map((required) => committedLines(required, hook))) {
    if (text.includes(lines)) return text.replace(lines, () => "");
    const atEnd = `\n${lines.trimEnd()}`;
    if (text.endsWith(atEnd)) return text.slice(0, -atEnd.length);
  }
  return undefined;
}

function has(text: string, lines: string): boolean {
  return text.includes(lines) || text.endsWith(lines.trimEnd());
}

/** Where our lines are in a hook: other lines may read what git says on standard input, and leave none of it. */
export function placeOfLines({ name }: GuardHook): "start" | "end" {
  return name === PRE_PUSH.name ? "start" : "end";
}

/**
 * Whether our lines in a hook run: it is a shell script, and before them it neither exits nor becomes another program.
 * @param husky whether husky runs it, with a shell and without a #! line
 */
export function runsOurLines(text: string, husky: boolean, hook: GuardHook): boolean {
  if (!husky && !/^#!.*\b(?:sh|ash|bash|dash|ksh|zsh)\b/.test(text)) return false;
  if (placeOfLines(hook) === "start") return true;
  return !text
    .split("\n")
    .filter((line) => !/^\s*#/.test(line))
    .map((line) => line.replace(/\|\|\s*exit\b/g, ""))
    .some((line) => /(?:^|[;&|({]|\bthen|\belse|\bdo)\s*(?:exec|exit)\b/.test(line));
}
