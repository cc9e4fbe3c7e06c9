import { bufferOf } from "../../common/buffer-of.ts";
import type { Finder } from "../../redact/finder.ts";
import type { Repository } from "../process/repository.ts";
import { objectsOf } from "./objects.ts";

/** What a rewrite of the history has to replace, as git-filter-repo takes it. */
export interface Rewriting {
  /** What is in texts and messages, as it is there. */
  readonly texts: readonly Uint8Array[];
  /** What is in names of files. */
  readonly names: readonly Uint8Array[];
  /** Ids of blobs in which git-filter-repo replaces nothing, since it takes them for binary: they have to go. */
  readonly blobs: readonly string[];
  /** Whether the header of a commit or a tag has a secret, such as an author's name. */
  readonly inHeaders: boolean;
}

/** How far git-filter-repo looks for a NUL, which makes a blob binary, in bytes. */
const BINARY_WITHIN = 8192;
/** What is shorter is in any text: a rewrite of it would destroy the history. Bytes. */
const MIN_TEXT = 4;

/** Reads objects that have secrets once more, for what they have of them. @param ids of objects in which something was found */
export async function rewritingOf<Label>(
  { directory }: Repository,
  finder: Finder<Label>,
  ids: ReadonlySet<string>,
): Promise<Rewriting> {
  const [texts, names] = [new Set<string>(), new Set<string>()];
  const blobs: string[] = [];
  let inHeaders = false;
  const add = (to: Set<string>, found: readonly Uint8Array[]): void => {
    for (const bytes of found) if (bytes.length >= MIN_TEXT) to.add(bufferOf(bytes).toString("latin1"));
  };
  for await (const { id, type, chunks } of objectsOf({ directory, options: [] }, [...ids])) {
    const pieces: Uint8Array[] = [];
    for await (const chunk of chunks()) pieces.push(Uint8Array.from(chunk));
    const content = Buffer.concat(pieces);
    if (type === "tree") add(names, finder.matched(content));
    else if (type === "blob") {
      if (content.subarray(0, BINARY_WITHIN).includes(0)) blobs.push(id);
      else add(texts, finder.matched(content));
    } else {
      const end = content.indexOf("\n\n");
      inHeaders ||= finder.matched(content.subarray(0, end)).length > 0;
      add(texts, finder.matched(content.subarray(end)));
    }
  }
  return { texts: longestFirst(texts), names: longestFirst(names), blobs, inHeaders };
}

/** A shorter one may be a part of a longer one, which would not be found after it. */
function longestFirst(texts: ReadonlySet<string>): readonly Uint8Array[] {
  return [...texts].toSorted((a, b) => b.length - a.length).map((text) => Buffer.from(text, "latin1"));
}
