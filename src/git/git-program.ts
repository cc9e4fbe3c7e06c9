import { isAbsolute } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { lazy } from "../common/lazy.ts";

/**
 * Git's absolute path, along the absolute folders of PATH only: with `.` or an empty entry in it, whoever can put a
 * file into the current folder would otherwise be run.
 *
 * @throws PprotectError `git_failed` when it is in none of them
 */
export const gitProgram = lazy((): string => {
  const delimiter = process.platform === "win32" ? ";" : ":";
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const found = Bun.which("git", { PATH: folders.join(delimiter) });
  if (found === null) {
    throw new PprotectError("git_failed", "git was not found along PATH", "install it, or mend PATH");
  }
  return found;
});

/**
 * Settings with which a repository's configuration would make git run a program while it only reads for us. What
 * the user does on purpose stays: the filters of `git add`, and fetching what a partial clone lacks.
 */
export const RUNS_NOTHING = ["core.fsmonitor=false", "log.showSignature=false"] as const;

/** Git and the options by which it runs nothing, for a command line. */
export function gitCommand(): string[] {
  return [gitProgram(), ...RUNS_NOTHING.flatMap((setting) => ["-c", setting])];
}

/** Our environment for git and whatever it may start: without a passphrase, whatever its prefix. */
export function gitEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/_PASSPHRASE$/i.test(name));
  const ours = Object.fromEntries(
    kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  // Nor does it write the index only because it has looked, which would run a hook.
  return { ...ours, GIT_OPTIONAL_LOCKS: "0" };
}
