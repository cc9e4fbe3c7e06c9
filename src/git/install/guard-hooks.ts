import commitMsg from "../../../hooks/commit-msg" with { type: "text" };
import preCommit from "../../../hooks/pre-commit" with { type: "text" };
import prePush from "../../../hooks/pre-push" with { type: "text" };
import preReceive from "../../../hooks/pre-receive" with { type: "text" };
import update from "../../../hooks/update" with { type: "text" };

/** The hooks that a repository with a work tree may have (githooks(5)). */
export const LOCAL_HOOKS = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"] as const;
/** The hooks of a repository that is pushed to. */
export const SERVER_HOOKS = ["pre-receive", "update"] as const;

export type LocalHookName = (typeof LOCAL_HOOKS)[number];
export type ServerHookName = (typeof SERVER_HOOKS)[number];

/** What `git install` installs unless it is said. */
export const DEFAULT_HOOKS: readonly LocalHookName[] = ["pre-commit", "pre-merge-commit"];

/** A hook of ours that runs an earlier hook of the user's first. */
export interface GuardHook {
  readonly name: Exclude<LocalHookName, "pre-merge-commit"> | ServerHookName;
  /** The hook as this version writes it. */
  readonly script: string;
  /** The command that a hook of the user's has to run. */
  readonly command: string;
  /** The command's arguments in a shell script. */
  readonly args: string;
  /** What git does not do where the hook fails, as in `this commit`. */
  readonly stops: string;
  /** What the user does then. */
  readonly again: string;
}

export const PRE_COMMIT: GuardHook = {
  name: "pre-commit",
  script: preCommit,
  command: "pprotect git pre-commit",
  args: "",
  stops: "this commit",
  again: "commit",
};

export const COMMIT_MSG: GuardHook = {
  name: "commit-msg",
  script: commitMsg,
  command: "pprotect git commit-msg",
  args: ' "$1"',
  stops: "the message of this commit",
  again: "commit",
};

export const PRE_PUSH: GuardHook = {
  name: "pre-push",
  script: prePush,
  command: "pprotect git pre-push",
  args: ' "$@"',
  stops: "this push",
  again: "push",
};

/** The hooks beside pre-commit, each of which is installed only where it was asked for. */
export const FURTHER_HOOKS: readonly GuardHook[] = [COMMIT_MSG, PRE_PUSH];

export const SERVER_GUARDS: readonly GuardHook[] = (
  [
    ["pre-receive", preReceive],
    ["update", update],
  ] as const
).map(([name, script]) => ({
  name,
  script,
  command: "pprotect git pre-receive",
  args: "",
  stops: "this push",
  again: "push",
}));
