import { Command, Option } from "clipanion";
import { displayName } from "../../../common/terminal-safe.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { rotation } from "../../report/next-action.ts";

export class RmOwnerCommand extends DomainCommand {
  static override paths = [["rm-owner"]];
  static override usage = Command.Usage({
    category: "Domain Management",
    description: "remove an owner from a domain",
    examples: [["Take dev from bob", "$0 rm-owner dev bob@example.com"]],
  });

  owner = Option.String({ name: "owner", required: false });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const [domain, owner] = await this.domainAndName(keyFile, this.owner, "Owner email: ", "owner");
    const outcome = await this.update(
      (file) => file.removeOwner(domain, owner),
      `Removed owner ${displayName(owner)} from ${displayName(domain)}.`,
      { domain, owner },
    );
    this.note(
      "Note: the removed owner can still decrypt this domain (from this file revision and all earlier ones)" +
        " until you run rotate-domain-keys and change the secret values.",
    );
    return { ...outcome, nextActions: this.next(rotation(domain)) };
  }
}
