/** Names the commit of a source without git's data. */
const VARIABLE = "PPROTECT_SOURCE_COMMIT";

/**
 * The commit that the source in the current directory is of, followed by ` with local changes` if it was changed since;
 * `undefined` when this is not a git work tree. PPROTECT_SOURCE_COMMIT names another one.
 */
export async function sourceCommit(): Promise<string | undefined> {
  const named = process.env[VARIABLE];
  if (named !== undefined && named !== "") return named;
  const commit = await output("rev-parse", "--verify", "HEAD");
  if (commit === undefined) return undefined;
  return (await localChanges()) === "" ? commit : `${commit} with local changes`;
}

/** What `git status` lists, a file on each line; "" when the work tree is that of a commit. */
export async function localChanges(): Promise<string> {
  return (await output("status", "--porcelain")) ?? "";
}

async function output(...args: readonly string[]): Promise<string | undefined> {
  if (Bun.which("git") === null) return undefined;
  const git = Bun.spawn(["git", ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const [text, status] = await Promise.all([new Response(git.stdout).text(), git.exited]);
  return status === 0 ? text.trim() : undefined;
}
