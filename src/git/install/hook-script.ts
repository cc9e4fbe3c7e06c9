import preCommit from "../../../hooks/pre-commit" with { type: "text" };

/** The pre-commit hook as this version writes it. */
export const HOOK_SCRIPT: string = preCommit;

/** The suffix of an earlier hook that was moved aside for ours. */
export const CHAINED_SUFFIX = ".pprotect-chained";

/** A text in every version of our hook, by which it is recognised. */
const MARK = "Put here by `pprotect git install`";

/** The command that a hook has to run. */
export const GUARD_COMMAND = "pprotect git pre-commit";

/** Whether a hook is ours, of this version or another. */
export function isOurHook(text: string): boolean {
  return text.includes(MARK);
}

/** The guard's command, as words of a shell or as a list of strings. */
const CALL = /\bpprotect["']?,?\s+["']?git["']?,?\s+["']?pre-commit\b/;

/** The guard's entry in a configuration of the pre-commit framework. */
const ENTRY = /\bid:\s*["']?pprotect\b/;

/** Whether a script or a hook manager's configuration runs the guard. Comment lines do not count. */
export function runsGuard(text: string): boolean {
  return text
    .split(/\r?\n/)
    .filter((line) => !/^\s*(#|\/\/)/.test(line))
    .some((line) => CALL.test(line) || ENTRY.test(line));
}
