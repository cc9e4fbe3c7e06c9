import { spawnSync } from "node:child_process";
import { delimiter, isAbsolute } from "node:path";
import { gitEnvironment } from "../process/safe-git.ts";

/** How long it may take to print its help, in ms. */
const ANSWER_MS = 10_000;

/**
 * Whether git-filter-repo is installed, and knows `--sensitive-data-removal`, as it does since 2.47. It is started
 * without git, which would take an alias of the repository for it, and never from a relative directory of PATH.
 */
export function filterRepo(): "current" | "old" | "missing" {
  const directories = (process.env.PATH ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  const program = Bun.which("git-filter-repo", { PATH: directories.join(delimiter) });
  if (program === null) return "missing";
  const options = { cwd: "/", env: gitEnvironment(), encoding: "utf8", timeout: ANSWER_MS } as const;
  const { stdout } = spawnSync(program, ["-h"], options);
  return stdout?.includes("--sensitive-data-removal") ? "current" : "old";
}
