/** A place for an argument, in the order of the line. */
export interface Slot {
  /** The value that an option gives it. */
  readonly option?: string | undefined;
}

/**
 * Distributes arguments over their places; a place that an option has filled takes none.
 * @returns for each slot its value, or `undefined` when it was not given
 */
export function fillSlots(
  slots: readonly Slot[],
  given: readonly (string | undefined)[],
): (string | undefined)[] {
  const rest = given.filter((value) => value !== undefined);
  return slots.map(({ option }) => option ?? rest.shift());
}
