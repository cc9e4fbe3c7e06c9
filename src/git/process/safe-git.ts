import { LEASE_VARIABLE } from "../../common/lease-variable.ts";

/**
 * How git is started so that it runs no program that a repository's configuration names. `.git/config` is not part of
 * a clone, but it is part of an unpacked archive, and another user may have written it.
 *
 * | what would run | why it does not |
 * | --- | --- |
 * | `core.fsmonitor` | {@link SAFE_GIT_CONFIG} |
 * | `gpg.program` (`log.showSignature`) | {@link SAFE_GIT_CONFIG}; no format of ours asks for a signature |
 * | `diff.NAME.textconv`, also while `git log -S` searches | `--no-textconv` on every call that compares contents |
 * | `diff.external`, `diff.NAME.command` | `--no-ext-diff` on the same calls |
 * | `core.pager`, `pager.COMMAND` | standard output is always a pipe |
 * | `filter.NAME.clean` and `.process` of `git add` | {@link stageFile} refuses a file that has one |
 * | the same of `git ls-files --modified` and `git status` | no call of ours compares the files of a work tree |
 * | hooks: `post-index-change` of `git add` | {@link stageFile} sets `core.hooksPath`; nothing else of ours writes the index, and GIT_OPTIONAL_LOCKS=0 keeps git from doing so after a refresh |
 * | `core.sshCommand`, `remote.NAME.uploadpack`, credential helpers, while a partial clone fetches an object | {@link gitEnvironment} forbids to fetch |
 * | aliases | git does not let them replace its own commands |
 *
 * test/e2e/safety/hostile-repository.test.ts plants a program for each.
 */

/** Settings for every call, as git's `-c` takes them. */
export const SAFE_GIT_CONFIG = ["core.fsmonitor=false", "log.showSignature=false"] as const;

/** Git's own variables by which it finds the repository, and the index (`git commit FILE` gives its hooks one of its own). */
export const REPOSITORY_VARIABLES = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  // While a server checks a push, its objects are in a directory of their own, and git then changes no refs.
  "GIT_QUARANTINE_PATH",
] as const;

/** Git's own variables that are passed on. */
export const PASSED_VARIABLES = [
  ...REPOSITORY_VARIABLES,
  "GIT_CEILING_DIRECTORIES",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_NO_REPLACE_OBJECTS",
] as const;

/**
 * From now on, every git that we start reads objects as they are, and not what `refs/replace/…` puts in their place: those
 * refs may come from a stranger's push, and the objects themselves are what is pushed.
 */
export function readObjectsAsTheyAre(): void {
  process.env.GIT_NO_REPLACE_OBJECTS = "1";
}

/** Variables that we set. */
export const SET_VARIABLES = {
  // Git would otherwise write the index after it looked at the files, and run a hook.
  GIT_OPTIONAL_LOCKS: "0",
  // In a partial clone git would fetch an object that is missing, and run what the configuration names for that. Git
  // knows the first since 2.45; the second forbids every transport.
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  // Objects as they are, and as they would be pushed: not what refs/replace or info/grafts put in their place.
  GIT_NO_REPLACE_OBJECTS: "1",
  // No file can be below it; for a file that exists, git prints advice.
  GIT_GRAFT_FILE: "/dev/null/none",
  // Git would write each commit to a pipe by itself.
  GIT_FLUSH: "0",
} as const;

/** Variables that name programs or change what git does; simple-git refuses them too. */
const GUARDED = /^(?:GIT_.*|EDITOR|VISUAL|PAGER|PREFIX|SSH_ASKPASS)$/i;

/**
 * The environment of every git that we start: ours without any passphrase, whatever its prefix, and without the token of a lease, and of git's own
 * variables only {@link PASSED_VARIABLES} and {@link SET_VARIABLES}.
 */
export function gitEnvironment(): Record<string, string> {
  const passed = new Set<string>(PASSED_VARIABLES);
  const kept = Object.entries(process.env).flatMap(([name, value]): [string, string][] => {
    const isSecret = /_PASSPHRASE$/i.test(name) || name === LEASE_VARIABLE;
    const isKept = passed.has(name) || !(GUARDED.test(name) || isSecret);
    return value === undefined || !isKept ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(kept), ...SET_VARIABLES };
}

/** {@link gitEnvironment} for the repository that git finds from its directory upward, whatever variables such as GIT_DIR name. */
export function gitEnvironmentHere(): Record<string, string> {
  const own = new Set<string>(REPOSITORY_VARIABLES);
  return Object.fromEntries(Object.entries(gitEnvironment()).filter(([name]) => !own.has(name)));
}
