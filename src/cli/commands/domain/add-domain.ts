import { Command, Option } from "clipanion";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { checkNewDomainName } from "../../../store/format/names.ts";
import { fillSlots } from "../../argv/positionals.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class AddDomainCommand extends BaseCommand {
  static override paths = [["add-domain"]];
  static override usage = Command.Usage({
    category: "Domain Management",
    description: "add a domain, with you as its first owner",
    examples: [["A domain for production", "$0 add-domain prod"]],
  });

  domainOption = Option.String("--domain", { description: "the domain, in place of the argument" });
  name = Option.String({ name: "domain", required: false });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const [given] = fillSlots([{ name: "domain", option: this.domainOption }], [this.name]);
    if (given !== undefined) this.#check(keyFile.data.domains, given);
    const { name: owner } = await this.unlock(keyFile);
    this.note("Adding new domain.");
    const domain = given ?? (await this.ask("Domain name: ", "domain"));
    const outcome = await this.update(
      (file) => file.addDomain(domain, owner),
      `Added domain ${domain} with owner ${displayName(owner)}.`,
      { domain, owner },
    );
    return {
      ...outcome,
      nextActions: this.next(
        {
          description: "put a secret into it",
          command: ["add-secret", "--value-file", "FILE"],
          args: [domain, "SECRET"],
        },
        {
          description: "let another key custodian read it",
          command: ["add-owner"],
          args: [domain, "CUSTODIAN"],
        },
      ),
    };
  }

  /** What is wrong with a name is said before a passphrase is asked for. */
  #check(domains: ReadonlyMap<string, unknown>, name: string): void {
    checkNewDomainName(name);
    if (domains.has(name))
      throw new PprotectError("domain_exists", `domain "${displayName(name)}" already exists`);
  }
}
