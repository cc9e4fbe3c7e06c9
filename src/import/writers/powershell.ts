import type { Entry } from "../entry.ts";
import { checkNoNul, unrepresentable } from "./unrepresentable.ts";

/**
 * Assignments for PowerShell: `pprotect … | Invoke-Expression`. All of it is ASCII, since Windows PowerShell decodes
 * what a program prints with the console's code page.
 *
 * @throws PprotectError `unrepresentable` for a NUL byte, and for an empty value: PowerShell removes the variable
 */
export function writePowershell(entries: readonly Entry[]): string {
  return entries
    .map(({ name, value }) => {
      checkNoNul("powershell", name, value);
      if (!/^[A-Za-z_][-_A-Za-z0-9]*$/.test(name)) {
        throw unrepresentable("powershell", name, "is not a valid variable name", "use --format json");
      }
      if (value === "") {
        throw unrepresentable("powershell", name, "is empty, which removes a variable", "use --format json");
      }
      return `\${env:${name}} = ${expression(value)}\n`;
    })
    .join("");
}

/**
 * Single quotes, in which nothing means anything but the quote itself (about_Quoting_Rules), joined with the numbers
 * of all UTF-16 units that are not printable ASCII. It starts with a string, so that `+` joins.
 */
function expression(value: string): string {
  const parts = value.match(/[ -~]+|[^ -~]/g) ?? [];
  const terms = parts.map((part) =>
    /^[ -~]/.test(part) ? `'${part.replaceAll("'", "''")}'` : `[char]${part.charCodeAt(0)}`,
  );
  return (terms[0]?.startsWith("[") ? ["''", ...terms] : terms).join(" + ");
}
