import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { writeDotenv } from "../../../src/import/writers/dotenv.ts";
import type { Consumer } from "../../support/consumers.ts";
import { KNOWN_VALUES, variableValue } from "../../support/import-values.ts";

/** Whether a value can be written. */
export function isHeld(value: string): boolean {
  try {
    writeDotenv([{ name: "A", value }]);
    return true;
  } catch {
    return false;
  }
}

/** Values that can be written. */
export const held = fc
  .array(variableValue, { minLength: 10, maxLength: 150 })
  .map((values) => values.filter(isHeld));

export function entriesOf(values: readonly string[]) {
  return values.map((value, index) => ({ name: `V${index}`, value }));
}

/**
 * Tests that a program reads what was written.
 *
 * @param folder where it may write files
 * @param holds whether the program can hold a value
 */
export function isRightFor(
  { name, read }: Consumer,
  folder: string,
  holds: (value: string) => boolean = () => true,
): void {
  const check = async (values: readonly string[]): Promise<void> => {
    const entries = entriesOf(values.filter(holds));
    const names = entries.map((entry) => entry.name);
    const found = await read(writeDotenv(entries), names, folder);
    expect(Object.fromEntries(names.map((each) => [each, found[each]]))).toEqual(
      Object.fromEntries(entries.map((entry) => [entry.name, entry.value])),
    );
  };
  describe(name, () => {
    test("every known value", () => check(KNOWN_VALUES.filter(isHeld)));
    test("any value", () => fc.assert(fc.asyncProperty(held, check), { numRuns: 10 }));
  });
}
