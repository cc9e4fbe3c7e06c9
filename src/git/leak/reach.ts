import type { Repository } from "../process/repository.ts";
import type { LeakPlace } from "./search.ts";

/** How far what was found has come. */
export interface Reach {
  /** Whether the repository has a remote. */
  readonly hasRemote: boolean;
  /** Names of the remotes that have, or may have, what was found. */
  readonly remotes: readonly string[];
  /** Refs of this clone alone that have it. */
  readonly refs: readonly string[];
  /** All remote branches. */
  readonly remoteRefs: readonly string[];
}

const REMOTE_REF = "refs/remotes/";

/**
 * Which remotes and refs have places of a leak.
 *
 * @param places of the repository itself. Of a tag's message and the name of a file it is not known which refs have
 *   them: they count as pushed
 */
export async function reachOf(repository: Repository, places: readonly LeakPlace[]): Promise<Reach> {
  const all = lines(await repository.run("remote"));
  const remoteRefs = lines(await repository.run("for-each-ref", "--format=%(refname)", REMOTE_REF));
  // A name that has the secret is hidden, and so no ref.
  const refs = [...new Set(places.flatMap((place) => (place.kind === "commit" ? place.refs : [])))].filter(
    (ref) => ref.startsWith("refs/"),
  );
  const isUnknown = places.some(({ kind }) => kind === "tag" || kind === "file name");
  return {
    hasRemote: all.length > 0,
    remotes: isUnknown ? all : all.filter((name) => refs.some((ref) => remoteOf(ref, all) === name)),
    refs: refs.filter((ref) => !ref.startsWith(REMOTE_REF)),
    remoteRefs,
  };
}

/** A remote's name may have a slash, and another's be its beginning. */
function remoteOf(ref: string, remotes: readonly string[]): string | undefined {
  return remotes
    .filter((name) => ref.startsWith(`${REMOTE_REF}${name}/`))
    .toSorted((a, b) => b.length - a.length)[0];
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
