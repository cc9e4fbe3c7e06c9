import type { GitObject, ObjectReader } from "../../process/cat-file.ts";

/** So many objects are asked for at once, before they are needed. */
const AHEAD = 64;
/** As much of each is read ahead: nearly all messages are shorter, and longer ones do not fill the memory. */
const SHORT = 64 * 1024;

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
  const short = Math.min(SHORT, limit);
  const waiting: { readonly id: string; readonly answer: Promise<GitObject | undefined> }[] = [];
  const rest = ids.values();
  const ask = (): void => {
    for (const id of rest) {
      const answer = objects.readObject(id, short);
      // It fails when it is waited for.
      answer.catch(() => undefined);
      waiting.push({ id, answer });
      if (waiting.length === AHEAD) return;
    }
  };
  return async () => {
    if (waiting.length === 0) ask();
    const next = waiting.shift();
    const object = await next?.answer;
    return next && object?.bytes.length === short ? objects.readObject(next.id, limit) : object;
  };
}
