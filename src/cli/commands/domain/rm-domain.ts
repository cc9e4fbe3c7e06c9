import { Command } from "clipanion";
import { displayName } from "../../../common/terminal-safe.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class RmDomainCommand extends DomainCommand {
  static override paths = [["rm-domain"]];
  static override usage = Command.Usage({
    category: "Domain Management",
    description: "remove a domain and all of its secrets",
    examples: [["Show what goes, and ask", "$0 rm-domain staging --confirm"]],
  });

  async run(): Promise<Outcome> {
    const domain = await this.existingDomain(this.readStore());
    return this.update((file) => file.removeDomain(domain), `Removed domain ${displayName(domain)}.`, {
      domain,
    });
  }
}
