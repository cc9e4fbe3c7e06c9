import { shellArguments } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";

/** What a former owner can still do, and the commands against it. @param domains at least one */
export function removalNote(owner: string, domains: readonly string[]): string {
  const commands = domains.map(
    (domain) => `\`pprotect rotate-domain-keys ${shellArguments(displayName(domain))}\``,
  );
  return (
    `Note: ${displayName(owner)} can still decrypt ${domains.map(displayName).join(", ")}, from this revision of the file and ` +
    `all earlier ones. Next: ${commands.join(", ")}, and change the values.`
  );
}
