import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";

/**
 * A misspelt `--no-redact` would have no effect.
 * @param given the names on the line
 * @param secrets the names of the secrets to redact
 * @throws PprotectError `no_such_secret`
 */
export function refuseUnknown(given: readonly string[], secrets: readonly string[]): void {
  const unknown = given.find((name) => !secrets.includes(name));
  if (unknown === undefined) return;
  const near = suggest(unknown, secrets);
  throw new PprotectError(
    "no_such_secret",
    `--no-redact ${displayName(unknown)}: no such secret is selected`,
    near === undefined ? undefined : `did you mean "${displayName(near)}"?`,
  );
}
