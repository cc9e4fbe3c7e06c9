import { dirname } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { withoutLineEnd } from "../common/text.ts";
import { repositoryRoot } from "../store/locate-store.ts";
import { realpathOfParent } from "../system/real-path.ts";
import { openRepository } from "./process/repository.ts";

/** What git has of a file. */
export interface KnownFile {
  /** Whether it is in the index, so that the next commit has it too. */
  readonly tracked: boolean;
  /** The newest commit of any branch or tag that touched the file, shortened. */
  readonly commit: string | undefined;
}

/**
 * Whether git ever knew a file, on any branch or tag that the repository has. Compares no contents.
 * @returns nothing outside a repository, and where git cannot say
 */
export async function knownToGit(path: string): Promise<KnownFile | undefined> {
  const absolute = realpathOfParent(path);
  const directory = dirname(absolute);
  if (repositoryRoot(directory) === undefined) return undefined;
  try {
    const { tryRun } = await openRepository(directory);
    const tracked = (await tryRun("ls-files", "--error-unmatch", "--", absolute)) !== undefined;
    const log = await tryRun("log", "--all", "--max-count=1", "--format=%h", "--", `:(literal)${absolute}`);
    const commit = withoutLineEnd(log ?? "");
    return { tracked, commit: commit === "" ? undefined : commit };
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}
