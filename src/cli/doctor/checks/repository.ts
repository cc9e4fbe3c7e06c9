import { PprotectError } from "../../../common/errors.ts";
import { applyPlan } from "../../../git/install/apply.ts";
import { readInstallState, type StoreChoice } from "../../../git/install/install-state.ts";
import { planInstall } from "../../../git/install/plan-install.ts";
import { thisProgram } from "../../../git/install/recorded-program.ts";
import { partStatuses } from "../../../git/install/status.ts";
import type { Repository } from "../../../git/process/repository.ts";
import { isPartialClone } from "../../../git/process/stream.ts";
import { type Examined, type Finding, failure, ok } from "../finding.ts";

/** Whether git merges the store by meaning, runs the guard, and has the history. */
export async function checkRepository(examined: Examined): Promise<readonly Finding[]> {
  const { repository } = examined;
  if (repository === undefined) {
    const message = "this is not a git work tree: nothing merges the store, and nothing guards commits";
    return [{ id: "repository", level: "warn", message, fix: "keep the store in a git repository" }];
  }
  if (repository instanceof PprotectError) return [failure("repository", repository)];
  return [...(await integration(examined, repository)), await history(repository)];
}

async function history(repository: Repository): Promise<Finding> {
  const id = "history";
  if ((await repository.tryRun("rev-parse", "--is-shallow-repository"))?.trim() === "true") {
    const message = "this clone is shallow: what is older than its history cannot be checked";
    return { id, level: "warn", message, fix: "`git fetch --unshallow`" };
  }
  if (await isPartialClone(repository.directory)) {
    const message = "this clone is partial: versions of the store that it lacks cannot be checked";
    return { id, level: "warn", message, fix: "`git fetch --refetch --no-filter`" };
  }
  return ok(id, "this clone has the whole history");
}

const SET_UP = "run `pprotect git install`";

async function integration({ storePath }: Examined, repository: Repository): Promise<readonly Finding[]> {
  const choice: StoreChoice = { named: [], fallback: storePath, installed: "beside" };
  try {
    const state = await readInstallState(repository, choice);
    const missing = partStatuses(state).filter((each) => each.state !== "installed");
    if (missing.length === 0) return [ok("git", "git merges the store by meaning and runs the guard")];
    const repair = () => applyPlan(state, planInstall(state, { required: false, program: thisProgram() }));
    const byAdvice = Map.groupBy(missing, (each) => `${each.state}\0${each.detail ?? SET_UP}`);
    return [...byAdvice].map(([key, parts]) => {
      const [found, fix = SET_UP] = key.split("\0");
      return {
        id: "git",
        level: "fail",
        message: `${found}: ${parts.map(({ part }) => part).join(", ")}`,
        fix,
        repair,
      };
    });
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    return [failure("git", error)];
  }
}
