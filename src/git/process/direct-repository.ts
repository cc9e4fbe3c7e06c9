import { PprotectError } from "../../common/errors.ts";
import { hasRawBytes } from "../../common/path-bytes.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../common/text.ts";
import { absolutePath } from "../../system/path-text.ts";
import { gitReason } from "./git-reason.ts";
import { openAnyRepository, openRepository, type Repository } from "./repository.ts";
import { gitEnvironment } from "./safe-git.ts";
import { askGit, type GitAnswer } from "./stream.ts";

/**
 * {@link openRepository} for what runs at every commit, such as hooks: git is asked without simple-git.
 * @throws PprotectError `not_a_repository`; `environment` for a path that is not UTF-8
 */
export async function openRepositoryDirectly(directory: string): Promise<Repository> {
  return (await workTreeAt(directory)) ?? openRepository(directory);
}

/** {@link openAnyRepository}, as {@link openRepositoryDirectly} does it where there is a work tree. */
export async function openAnyRepositoryDirectly(directory: string): Promise<Repository> {
  return (await workTreeAt(directory)) ?? openAnyRepository(directory);
}

/** @returns `undefined` if there is no work tree, or git reports an error */
async function workTreeAt(directory: string): Promise<Repository | undefined> {
  const absolute = absolutePath(directory);
  if (hasRawBytes(absolute)) return undefined;
  const environment = gitEnvironment();
  const ask = (args: readonly string[]) => askGit(absolute, args, environment);
  const { status, output } = await ask(["rev-parse", "--show-toplevel"]);
  return status === 0 ? repositoryOf(ask, withoutLineEnd(output), absolute) : undefined;
}

function repositoryOf(
  ask: (args: readonly string[]) => Promise<GitAnswer>,
  root: string,
  directory: string,
): Repository {
  return {
    root,
    directory,
    isBare: false,
    async run(...args) {
      const answer = await ask(args);
      if (answer.status === 0) return answer.output;
      throw new PprotectError("git_failed", `git ${args[0]} failed: ${escapeUnprintable(reasonOf(answer))}`);
    },
    async tryRun(...args) {
      const { status, output } = await ask(args);
      return status === 0 ? output : undefined;
    },
  };
}

function reasonOf({ status, output, complaint }: GitAnswer): string {
  return complaint === "" ? `exit status ${status}` : gitReason(output + complaint);
}
