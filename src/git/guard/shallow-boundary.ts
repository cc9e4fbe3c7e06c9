import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { systemPath } from "../../system/path-text.ts";
import type { Repository } from "../process/repository.ts";
import type { Commit } from "./commit.ts";

/**
 * The commits whose parents a shallow clone lacks (the file `shallow` of gitrepository-layout(5)): what came before
 * them cannot be checked.
 *
 * @returns full ids, in the order of `commits`
 */
export async function shallowBoundary(
  { directory, tryRun }: Pick<Repository, "directory" | "tryRun">,
  commits: readonly Commit[],
): Promise<readonly string[]> {
  // Git lists such a commit without parents.
  const roots = commits.filter(({ parents }) => parents.length === 0);
  if (roots.length === 0) return [];
  const printed = await tryRun("rev-parse", "--is-shallow-repository", "--git-path", "shallow");
  const [, file] = /^true\n(.+)\n$/s.exec(printed ?? "") ?? [];
  if (file === undefined) return [];
  const boundary = new Set(readFileSync(systemPath(resolve(directory, file)), "latin1").split("\n"));
  return roots.map(({ id }) => id).filter((id) => boundary.has(id));
}
