import { Command, Option } from "clipanion";
import { displayName } from "../../../common/terminal-safe.ts";
import { findCustodian } from "../../../store/lookup.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class AddOwnerCommand extends DomainCommand {
  static override paths = [["add-owner"]];
  static override usage = Command.Usage({
    category: "Domain Management",
    description: "make a key custodian an owner of a domain",
    examples: [["Let bob read dev", "$0 add-owner dev bob@example.com"]],
  });

  owner = Option.String({ name: "owner", required: false });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const by = await this.unlock(keyFile);
    const [domain, owner] = await this.domainAndName(keyFile, this.owner, "New owner email: ", "owner");
    findCustodian(keyFile.data, owner);
    return this.update(
      (file) => file.addOwner(domain, owner, by),
      `Added owner ${displayName(owner)} to ${displayName(domain)}.`,
      { domain, owner },
    );
  }
}
