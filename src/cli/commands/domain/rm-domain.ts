import { displayName } from "../../../common/terminal-safe.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RmDomainCommand extends DomainCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "remove a domain and all of its secrets",
    examples: [["Show the change and ask first", "$0 rm-domain staging --confirm"]],
  };

  async run(): Promise<Outcome> {
    const domain = await this.existingDomain(this.readStore());
    return this.update((file) => file.removeDomain(domain), `Removed domain ${displayName(domain)}.`, {
      domain,
    });
  }
}
