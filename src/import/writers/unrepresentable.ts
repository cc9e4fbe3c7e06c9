import { PprotectError } from "../../common/errors.ts";
import { isShellIdentifier } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";

/**
 * What a format cannot hold is refused: it would be read as something else.
 *
 * @param what the reason, such as "has a line end"; never the value
 */
export function unrepresentable(format: string, name: string, what: string, fix: string): PprotectError {
  return new PprotectError(
    "unrepresentable",
    `secret "${displayName(name)}" ${what}, so ${format} format cannot hold it`,
    fix,
  );
}

/** @throws PprotectError `unrepresentable` for what POSIX does not call a name: shells and dotenv readers need one */
export function checkIdentifier(format: string, name: string): void {
  if (isShellIdentifier(name)) return;
  throw unrepresentable(
    format,
    name,
    "is not a valid variable name",
    "use --format json, or names in upper case (--uppercase)",
  );
}

/** @throws PprotectError `unrepresentable`: no environment variable can hold a NUL byte */
export function checkNoNul(format: string, name: string, value: string): void {
  if (value.includes("\0")) throw unrepresentable(format, name, "has a NUL byte", "use --format json");
}
