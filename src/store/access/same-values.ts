import type { AccessHistory, SealedBox } from "./access-history.ts";

/** What opening a box showed: digests that are equal where values are. */
export interface OpenedValue {
  readonly value: string;
  /** The same, but where a value is so common that two secrets have it by chance: then it is of one secret alone. */
  readonly shared: string;
  /** The public key of the domain whose key opened it, as the file writes it. */
  readonly publicKey: string;
}

/** Opened boxes, by their id. */
export type OpenedValues = ReadonlyMap<string, OpenedValue>;

export const NOTHING_OPENED: OpenedValues = new Map();

/**
 * Which boxes have the same value: those that were opened exactly, the others as the history's links say.
 * @returns for a box's id, all boxes with its value, itself too
 */
export function sameValues(
  { boxes, links }: AccessHistory,
  opened: OpenedValues,
): (id: string) => readonly SealedBox[] {
  const parent = new Map<string, string>();
  const root = (id: string): string => {
    let at = id;
    for (let next = parent.get(at); next !== undefined; next = parent.get(at)) at = next;
    // The way is made short for the next question.
    for (let each = id; each !== at; ) {
      const next = parent.get(each) ?? at;
      parent.set(each, at);
      each = next;
    }
    return at;
  };
  const join = (one: string, other: string): void => {
    const [from, to] = [root(one), root(other)];
    if (from !== to) parent.set(from, to);
  };
  for (const [one, other] of links) {
    const [first, second] = [opened.get(one), opened.get(other)];
    if (!first || !second || first.value === second.value) join(one, other);
  }
  const byValue = new Map<string, string>();
  for (const [id, { shared }] of opened) {
    const other = byValue.get(shared);
    if (other === undefined) byValue.set(shared, id);
    else join(id, other);
  }
  const groups = Map.groupBy(boxes.values(), ({ id }) => root(id));
  return (id) => groups.get(root(id)) ?? [];
}
