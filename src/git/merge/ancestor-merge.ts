import { PprotectError } from "../../common/errors.ts";
import { openRepository } from "../process/repository.ts";

/** gitattributes(5), `conflict-marker-size`. */
const DEFAULT_MARKER_SIZE = 7;
/** What git adds to the size of conflict markers for each level of ancestors that it merges (merge-ort.c). */
const PER_LEVEL = 2;

/**
 * Whether git calls the merge driver to merge two common ancestors of a criss-cross merge. git does not say so, but it
 * asks for longer conflict markers then.
 *
 * @param path of the store in the repository
 * @param markerSize git's %L
 */
export async function mergesAncestors(path: string, markerSize: number): Promise<boolean> {
  // Most merges ask for the usual size: then git is not started.
  if (markerSize <= DEFAULT_MARKER_SIZE) return false;
  const configured = await configuredSize(path);
  return markerSize >= configured + PER_LEVEL;
}

/** The size of conflict markers in a merge of two branches. */
async function configuredSize(path: string): Promise<number> {
  try {
    const repository = await openRepository(".");
    const answer = await repository.tryRun("check-attr", "-z", "conflict-marker-size", "--", path);
    const size = Number(answer?.split("\0")[2]);
    return Number.isInteger(size) && size > 0 ? size : DEFAULT_MARKER_SIZE;
  } catch (error) {
    if (error instanceof PprotectError) return DEFAULT_MARKER_SIZE;
    throw error;
  }
}
