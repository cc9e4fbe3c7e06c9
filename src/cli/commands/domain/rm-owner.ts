import { displayName } from "../../../common/terminal-safe.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { OWNER } from "../../argv/value-type.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { rotation } from "../../report/next-action.ts";

export default class RmOwnerCommand extends DomainCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "remove an owner from a domain",
    everyday: true,
    examples: [["Remove bob from dev", "$0 rm-owner dev bob@example.com"]],
  };

  owner = optionalArgument("owner", OWNER, "the owner to remove; asked for if not given");

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
