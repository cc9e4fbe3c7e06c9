import type { Entry } from "../entry.ts";
import { checkIdentifier, checkNoNul, unrepresentable } from "./unrepresentable.ts";

/** Code points that systemd does not take for text (unichar_is_valid): one in a value, and the line is left out. */
const NONCHARACTER = /\p{Noncharacter_Code_Point}/u;

/**
 * A file for `EnvironmentFile=` of systemd (systemd.exec(5); src/basic/env-file.c): values in double quotes, with a
 * backslash before each `"`, `\`, backtick and `$`. systemd replaces no variables in such files.
 *
 * @throws PprotectError `unrepresentable` for a name that is not a variable name, a NUL byte, and a noncharacter
 */
export function writeSystemd(entries: readonly Entry[]): string {
  return entries
    .map(({ name, value }) => {
      checkIdentifier("systemd", name);
      checkNoNul("systemd", name, value);
      if (NONCHARACTER.test(value)) {
        throw unrepresentable(
          "systemd",
          name,
          "has a Unicode noncharacter",
          "use LoadCredential= and a file",
        );
      }
      return `${name}="${value.replace(/["\\`$]/g, "\\$&")}"\n`;
    })
    .join("");
}
