import { displayName } from "../../../common/terminal-safe.ts";
import { countNoun } from "../../../common/text.ts";
import { findDomain } from "../../../store/lookup.ts";
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
    const keyFile = this.readStore();
    const domain = await this.existingDomain(keyFile);
    const { secrets } = findDomain(keyFile.data, domain);
    await this.confirmRemoval(
      `Remove domain ${displayName(domain)} with ${countNoun(secrets.size, "secret")}? [y/N] `,
    );
    return this.update((file) => file.removeDomain(domain), `Removed domain ${displayName(domain)}.`, {
      domain,
    });
  }
}
