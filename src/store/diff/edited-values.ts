/** What an edit does with the secrets of a domain. */
export interface ValueEdit {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
}

type Values = ReadonlyMap<string, string>;

/** What differs between values before and after they were edited. */
export function editOf(before: Values, after: Values): ValueEdit {
  const names = [...after.keys()];
  return {
    added: names.filter((name) => !before.has(name)),
    updated: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
  };
}

/** An edit for the store as it is now, and the names that another process changed otherwise since. */
export interface MergedEdit {
  readonly edit: ValueEdit;
  /** What the edit would overwrite. */
  readonly conflicts: readonly string[];
}

/**
 * Brings an edit together with what others changed since: what only one side changed is taken, what both changed in the
 * same way too.
 *
 * @param before the values that were edited
 * @param after what was made of them
 * @param now the values in the store; it may have more names than were edited
 */
export function mergeEdit(
  before: Values,
  after: Values,
  now: Values,
  { added, updated, removed }: ValueEdit,
): MergedEdit {
  const wanted = [...added, ...updated, ...removed].filter((name) => now.get(name) !== after.get(name));
  const conflicts = wanted.filter((name) => now.get(name) !== before.get(name));
  return {
    edit: {
      added: wanted.filter((name) => after.has(name) && !now.has(name)),
      updated: wanted.filter((name) => after.has(name) && now.has(name)),
      removed: wanted.filter((name) => !after.has(name)),
    },
    conflicts,
  };
}
