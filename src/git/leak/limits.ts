import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { countNoun } from "../../common/text.ts";
import { isPartialClone } from "../process/stream.ts";
import type { SearchedRepository } from "./repositories.ts";

/** What a search could not reach. */
export interface SearchLimit {
  /** A sentence without a name. */
  readonly text: string;
  /** Whether a secret may be in what this machine has, or had to have, so that nothing found does not mean clean. */
  readonly isGap: boolean;
}

/** What a search of a repository cannot reach. */
export async function searchLimits(repository: SearchedRepository): Promise<readonly SearchLimit[]> {
  const { directory, options, root, run, runIn } = repository;
  const isShallow = (await run("rev-parse", "--is-shallow-repository")).trim() === "true";
  const staged = root === undefined ? "" : ((await runIn(root, "ls-files", "-z", "--stage")) ?? "");
  const links = staged.split("\0").filter((entry) => entry.startsWith("160000 "));
  const absent = links
    .map((entry) => resolve(root ?? "", entry.slice(entry.indexOf("\t") + 1), ".git"))
    .filter((path) => !existsSync(path)).length;
  const which = repository.name === undefined ? "this clone" : "the clone of a repository inside this one";
  return [
    ...(isShallow
      ? [{ text: `${which} is shallow: commits that it lacks were not searched`, isGap: true }]
      : []),
    ...((await isPartialClone(directory, options))
      ? [{ text: `${which} is partial: objects that it lacks were not searched`, isGap: true }]
      : []),
    ...(absent > 0
      ? [
          {
            text: `${countNoun(absent, "submodule")} not checked out: only what was cloned before was searched`,
            isGap: false,
          },
        ]
      : []),
  ];
}
