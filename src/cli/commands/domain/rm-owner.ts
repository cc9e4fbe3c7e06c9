import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { findCustodian } from "../../../store/lookup.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { OWNER } from "../../argv/value-type.ts";
import { allDomainsFlag, domainsResult, OwnerCommand } from "../../base/owner-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { rotation } from "../../report/next-action.ts";
import { removalNote } from "../../report/removal-note.ts";

export default class RmOwnerCommand extends OwnerCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "remove an owner from a domain",
    everyday: true,
    examples: [
      ["Remove bob from dev", "$0 rm-owner dev bob@example.com"],
      ["From every domain", "$0 rm-owner --all-domains bob@example.com"],
    ],
  };

  allDomains = allDomainsFlag("every domain that the owner owns");
  owner = optionalArgument("owner", OWNER, "the owner to remove; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const given = this.givenDomains(keyFile);
    const asked = given.length > 0 || this.allDomains ? given : [await this.askForDomain(keyFile)];
    const owner = this.givenOwner(this.owner) ?? (await this.askForOwner("Owner email: "));
    if (this.allDomains) findCustodian(keyFile.data, owner);
    const domains = this.allDomains ? keyFile.domainsOf(owner).sort(compareCodePoints) : asked;
    const result = { ...domainsResult(domains), owner };
    if (domains.length === 0) {
      this.note(`${displayName(owner)} owns no domain; nothing was changed.`);
      return { result: { store: this.storePath, ...result } };
    }
    const outcome = await this.update(
      (file) => domains.reduce((changed, domain) => changed.removeOwner(domain, owner), file),
      `Removed owner ${displayName(owner)} from ${domains.map(displayName).join(", ")}.`,
      result,
    );
    this.note(removalNote(owner, domains, this.file));
    return { ...outcome, nextActions: this.next(...domains.map(rotation)) };
  }
}
