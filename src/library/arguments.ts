import { PprotectError } from "../common/errors.ts";

/**
 * Checks an argument of a program in JavaScript, which has no types: such as a variable of the environment that is not set.
 *
 * @param what the argument, for the message; its value is never shown
 * @throws PprotectError `usage`
 */
export function requireText(value: unknown, what: string): asserts value is string {
  if (typeof value === "string") return;
  throw new PprotectError("usage", `${what} must be a string, not ${kindOf(value)}`);
}

/** {@link requireText} for several arguments, by their names. @throws PprotectError `usage` */
export function requireTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, text] of Object.entries(texts)) requireText(text, `\`${name}\``);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
