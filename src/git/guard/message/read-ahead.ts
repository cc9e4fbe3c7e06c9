import type { GitObject, ObjectReader } from "../../process/cat-file.ts";

/** So many objects are asked for before they are needed. */
const AHEAD = 8;

/**
 * Reads objects in order, some of them ahead: git looks for them while others are checked.
 *
 * @param limit as of {@link ObjectReader.readObject}
 * @returns a function that answers with the next object, `undefined` for one that does not exist and after the last
 */
export function readAhead(
  objects: ObjectReader,
  ids: readonly string[],
  limit: number,
): () => Promise<GitObject | undefined> {
  const waiting: Promise<GitObject | undefined>[] = [];
  const rest = ids.values();
  return async () => {
    while (waiting.length < AHEAD) {
      const { done, value } = rest.next();
      if (done) break;
      const answer = objects.readObject(value, limit);
      // It fails when it is waited for.
      answer.catch(() => undefined);
      waiting.push(answer);
    }
    return waiting.shift();
  };
}
