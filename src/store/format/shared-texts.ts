import { compareCodePoints } from "../../common/code-points.ts";
import { ownText } from "../../common/own-text.ts";

/**
 * Cuts a secret's name and value out of a line of a store: `name: value` from `start` to before `end`. Neither has a
 * colon in it; one that has is found to be invalid later.
 */
export type CutSecret = (secrets: Map<string, string>, text: string, start: number, end: number) => void;

/** Cuts both as parts of the text, which stays in memory with them. */
export function cutPart(...[secrets, text, start, end]: Parameters<CutSecret>): void {
  const nameEnd = text.indexOf(SEPARATOR, start);
  secrets.set(text.slice(start, nameEnd), text.slice(nameEnd + SEPARATOR.length, end));
}

/** Takes the texts of another version's domain where they are the same, else copies them: the text itself is not kept. */
export function cutShared(like: ReadonlyMap<string, string> = new Map()): CutSecret {
  const names = [...like.keys()];
  // Both versions are in the same order.
  let next = 0;
  return (secrets, text, start, end) => {
    let known = names[next];
    if (known === undefined || !isAt(text, start, known)) {
      const name = text.slice(start, text.indexOf(SEPARATOR, start));
      while (next < names.length && compareCodePoints(names[next] ?? "", name) < 0) next++;
      known = names[next];
      if (known !== name) {
        secrets.set(ownText(name), ownText(text.slice(start + name.length + SEPARATOR.length, end)));
        return;
      }
    }
    next++;
    const valueStart = start + known.length + SEPARATOR.length;
    const value = like.get(known) ?? "";
    const isSame = value.length === end - valueStart && text.startsWith(value, valueStart);
    secrets.set(known, isSame ? value : ownText(text.slice(valueStart, end)));
  };
}

/** The entries of a log: those of another version where they are the same, else copies. */
export function shareLog(entries: readonly string[], like: readonly string[] | undefined): readonly string[] {
  if (!like) return entries;
  return entries.map((entry, at) => {
    const other = like[at];
    return entry === other ? other : ownText(entry);
  });
}

const SEPARATOR = ": ";

function isAt(text: string, start: number, name: string): boolean {
  return text.startsWith(name, start) && text.startsWith(SEPARATOR, start + name.length);
}
