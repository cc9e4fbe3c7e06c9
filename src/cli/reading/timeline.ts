import { PprotectError } from "../../common/errors.ts";
import { storeHistory } from "../../git/history/history.ts";
import { locateInRepository } from "../../git/process/store-location.ts";
import type { Review, TimelineEntry } from "../report/access/html.ts";

/** Commits that a review shows. */
const MAX_COMMITS = 150;
/** Changes of one commit that it shows. */
const MAX_CHANGES = 12;

/** What the last commits changed in a store; nothing outside a repository. @param store absolute */
export async function timelineOf(
  store: string,
  revision: string | undefined,
): Promise<Pick<Review, "timeline" | "isCut">> {
  const timeline: TimelineEntry[] = [];
  try {
    const { repository, path } = await locateInRepository(store);
    let last: { id: string; changes: string[] } | undefined;
    for await (const { commit, what } of storeHistory(repository, path, {}, revision)) {
      if (last?.id !== commit.id) {
        if (timeline.length === MAX_COMMITS) return { timeline, isCut: true };
        last = { id: commit.id, changes: [] };
        timeline.push({
          day: commit.day,
          commit: commit.shortId,
          author: commit.author,
          changes: last.changes,
        });
      }
      if (last.changes.length < MAX_CHANGES) last.changes.push(what);
      else if (last.changes.length === MAX_CHANGES) last.changes.push("and more");
    }
  } catch (error) {
    // The rest is shown even if this has nothing.
    const isNothing =
      error instanceof PprotectError && ["store_missing", "not_a_repository"].includes(error.code);
    if (!isNothing) throw error;
  }
  return { timeline, isCut: false };
}
