import { shellArguments } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { programOn } from "./next-action.ts";

/**
 * What a former owner can still do, and the commands against it.
 * @param domains at least one
 * @param file the store's path, if it was given with `--file`
 */
export function removalNote(owner: string, domains: readonly string[], file?: string): string {
  const program = programOn(file);
  const commands = domains.map(
    (domain) => `\`${program} rotate-domain-keys ${shellArguments(displayName(domain))}\``,
  );
  return (
    `Note: ${displayName(owner)} can still decrypt ${domains.map(displayName).join(", ")}, from this revision of the file and ` +
    `all earlier ones. Next: ${commands.join(", ")}, and change the values.`
  );
}
