import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { systemDirectory } from "../../system/path-text.ts";
import { type StartedProgram, startProgram } from "../../system/start-program.ts";
import { gitProgram } from "./git-program.ts";
import { gitReason } from "./git-reason.ts";
import { gitEnvironment, gitEnvironmentHere, SAFE_GIT_CONFIG } from "./safe-git.ts";

/** Options that make the output independent of the configuration: no pager, no colours, one way to quote paths. */
const NEUTRAL_GIT_CONFIG = [
  "--no-pager",
  "--literal-pathspecs",
  "-c",
  "core.quotePath=true",
  "-c",
  "color.ui=false",
] as const;

/**
 * Starts git to feed it or to read its output as it comes, which simple-git cannot do. Every git is started in this file but
 * simple-git's, and the one that reads a setting (setting.ts), whose answer is waited for.
 *
 * @param input a text, or "pipe" to write to standard input later
 */
export function spawnGit<Input extends "pipe" | Buffer>(
  directory: string,
  args: readonly string[],
  input: Input,
  stderr: "pipe" | "ignore" = "ignore",
) {
  const config = SAFE_GIT_CONFIG.flatMap((setting) => ["-c", setting]);
  const git = startProgram([gitProgram(), ...config, ...NEUTRAL_GIT_CONFIG, ...args], {
    cwd: systemDirectory(directory),
    stdin: input,
    stderr,
    // A caller that waits for each answer gets it at once.
    env: { ...gitEnvironment(), GIT_FLUSH: input === "pipe" ? "1" : "0", LC_ALL: "C" },
  });
  return remembered(git);
}

/** What git printed, and how it ended. */
export interface GitAnswer {
  readonly status: number;
  readonly output: string;
  /** What is on standard error. */
  readonly complaint: string;
}

/**
 * Runs git to its end, for output that is text, without simple-git, which takes longer to load than git to answer.
 *
 * @param environment all variables that it gets
 * @returns of a git that could not be started, as in a directory that does not exist, the system's reason as its complaint
 * @throws PprotectError `git_failed` when there is no git
 */
export async function askGit(
  directory: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<GitAnswer> {
  const config = SAFE_GIT_CONFIG.flatMap((setting) => ["-c", setting]);
  const command = [gitProgram(), ...config, ...args];
  try {
    const git = remembered(
      startProgram(command, {
        cwd: systemDirectory(directory),
        stdin: "ignore",
        stderr: "pipe",
        env: environment,
      }),
    );
    const [output, complaint, status] = await Promise.all([
      textOf(git.stdout),
      textOf(git.stderr),
      git.exited,
    ]);
    return { status, output, complaint };
  } catch (error) {
    return {
      status: NOT_STARTED,
      output: "",
      complaint: error instanceof Error ? error.message : String(error),
    };
  }
}

/** The status of a shell for a program that it cannot run. */
const NOT_STARTED = 126;

/** All of a program's output as text, with a byte order mark if it has one. */
async function textOf(output: ReadableStream<Uint8Array>): Promise<string> {
  return Buffer.from(await new Response(output).arrayBuffer()).toString("utf8");
}

/**
 * Starts git for its exit status alone, in the repository that it finds from a directory upward, whatever variables such
 * as GIT_DIR name. It runs when this returns.
 */
export function startGitHere(directory: string, args: readonly string[]): Promise<number> {
  const config = SAFE_GIT_CONFIG.flatMap((setting) => ["-c", setting]);
  return startProgram([gitProgram(), ...config, ...args], {
    cwd: systemDirectory(directory),
    stdin: "ignore",
    stderr: "ignore",
    env: gitEnvironmentHere(),
  }).exited;
}

const running = new Set<{ kill(): void }>();

/** Keeps a git as long as it runs. */
function remembered<Git extends Pick<StartedProgram, "kill" | "exited">>(git: Git): Git {
  running.add(git);
  const forget = () => running.delete(git);
  git.exited.then(forget, forget);
  return git;
}

/** Ends every git that was started here and still runs: what reads from one then fails. */
export function stopEveryGit(): void {
  for (const git of running) git.kill();
}

/** A running git whose output is read as it comes. */
export interface GitStream {
  readonly output: ReadableStream<Uint8Array>;
  /** Waits until git has ended. @throws PprotectError `git_failed` with git's own first line */
  finished(): Promise<void>;
  stop(): void;
}

/** Starts git to read output of any size. */
export function startGit(directory: string, args: readonly string[], input = ""): GitStream {
  const git = spawnGit(directory, args, Buffer.from(input), "pipe");
  const complaint = new Response(git.stderr).text();
  return {
    output: git.stdout,
    async finished() {
      const [status, text] = await Promise.all([git.exited, complaint]);
      if (status !== 0) throw await gitFailure(directory, args[0] ?? "", text);
    },
    stop: () => git.kill(),
  };
}

/**
 * A failure of git, with its first line that is not a warning, and a hint where objects may be missing.
 * @param command git's command, such as `cat-file`
 */
export async function gitFailure(directory: string, command: string, text: string): Promise<PprotectError> {
  const line = gitReason(text);
  const message = `git ${command} failed${line === "" ? "" : `: ${escapeUnprintable(line)}`}`;
  return new PprotectError("git_failed", message, (await isPartialClone(directory)) ? FETCH_ALL : undefined);
}

/** What to do in a partial clone: git may not fetch while it reads for pprotect (safe-git.ts). */
const FETCH_ALL = "this is a partial clone; `git fetch --refetch --no-filter` fetches every object";

/** Whether a remote may have objects that the repository lacks. @param options of git itself */
export async function isPartialClone(directory: string, options: readonly string[] = []): Promise<boolean> {
  const args = [...options, "config", "--get-regexp", "^remote\\..*\\.(promisor|partialclonefilter)$"];
  return (await spawnGit(directory, args, Buffer.from("")).exited) === 0;
}
