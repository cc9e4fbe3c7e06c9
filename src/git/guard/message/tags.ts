import { bufferOf } from "../../../common/buffer-of.ts";
import { type GitObject, streamObjects } from "../../process/cat-file.ts";
import type { Repository } from "../../process/repository.ts";
import { MAX_MESSAGE } from "./scan-message.ts";

/** An annotated tag. */
export interface Tag {
  readonly id: string;
  /** {@link MAX_MESSAGE} of it. */
  readonly object: GitObject;
}

/** The first line of a tag (git-mktag(1)). */
const TARGET = /^object ([0-9a-f]+)$/m;

/** The id of the object that a tag names; `undefined` for another object. */
export function targetOf({ type, bytes }: GitObject): string | undefined {
  return type === "tag" ? TARGET.exec(bufferOf(bytes).toString("latin1"))?.[1] : undefined;
}

/**
 * Annotated tags, and those that they name, each once.
 *
 * @param root where git runs
 * @param named the ids of the tags
 * @param commits ids of commits, which need not be looked at
 * @throws PprotectError `git_failed`
 */
export async function* readTags(
  root: string,
  named: readonly string[],
  commits: Iterable<string>,
): AsyncGenerator<Tag> {
  const seen = new Set(commits);
  let next = [...named];
  while (next.length > 0) {
    const ids = [...new Set(next)].filter((id) => !seen.has(id));
    next = [];
    const objects = streamObjects(root, ids, MAX_MESSAGE);
    try {
      for (const id of ids) {
        seen.add(id);
        const object = await objects.next();
        if (object?.type !== "tag") continue;
        yield { id, object };
        // What a tag says about the type of its object is not believed.
        const target = targetOf(object);
        if (target !== undefined) next.push(target);
      }
    } finally {
      await objects.close();
    }
  }
}

/** The ids of the annotated tags that refs name. @throws PprotectError `git_failed` */
export async function tagsOfRefs({ run }: Pick<Repository, "run">): Promise<string[]> {
  const listed = await run("for-each-ref", "--format=%(objecttype) %(objectname)");
  return listed.split("\n").flatMap((line) => {
    const [type, id] = line.split(" ");
    return type === "tag" && id !== undefined ? [id] : [];
  });
}
