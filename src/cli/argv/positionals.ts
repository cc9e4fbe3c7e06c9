/** What an argument stands for, in the order of the line. */
export interface Slot {
  /** What an option gave in its place. */
  readonly option?: string | undefined;
}

/**
 * Distributes arguments over what they stand for; a slot that an option has filled takes none.
 * @returns for each slot its value, or `undefined` when it was not given
 */
export function fillSlots(
  slots: readonly Slot[],
  given: readonly (string | undefined)[],
): (string | undefined)[] {
  const rest = given.filter((value) => value !== undefined);
  return slots.map(({ option }) => option ?? rest.shift());
}
