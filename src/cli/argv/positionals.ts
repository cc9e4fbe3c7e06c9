import { PprotectError } from "../../common/errors.ts";

/** What a positional argument stands for, in the order of the line. */
export interface Slot {
  readonly name: string;
  /** What an option gave in its place. */
  readonly option?: string | undefined;
}

/**
 * Distributes positional arguments over what they stand for; a slot that an option has filled takes none.
 * @returns a value, or `undefined` for what nobody gave, for each slot
 * @throws PprotectError `usage` when there are more arguments than slots
 */
export function fillSlots(
  slots: readonly Slot[],
  positionals: readonly (string | undefined)[],
): (string | undefined)[] {
  const rest = positionals.filter((value) => value !== undefined);
  const filled = slots.map(({ option }) => option ?? rest.shift());
  if (rest.length > 0) {
    throw new PprotectError(
      "usage",
      `too many arguments: the ${slots[0]?.name} is given by --domain already`,
    );
  }
  return filled;
}
