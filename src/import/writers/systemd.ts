import type { Entry } from "../entry.ts";
import { checkIdentifier, checkNoNul, unrepresentable } from "./unrepresentable.ts";

/**
 * A file for `EnvironmentFile=` of systemd (systemd.exec(5); src/basic/env-file.c): values in double quotes, in which
 * a backslash before `"`, `\`, backtick or `$` stands for that character. systemd replaces no variables in such files.
 *
 * @throws PprotectError `unrepresentable` for what systemd leaves out: control characters but line ends and tabs
 */
export function writeSystemd(entries: readonly Entry[]): string {
  return entries
    .map(({ name, value }) => {
      checkIdentifier("systemd", name);
      checkNoNul("systemd", name, value);
      if (/[\x01-\x08\x0b-\x1f\x7f]/.test(value)) {
        throw unrepresentable("systemd", name, "has a control character", "use LoadCredential= and a file");
      }
      return `${name}="${value.replace(/["\\`$]/g, "\\$&")}"\n`;
    })
    .join("");
}
