import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { checkNewDomainName } from "../../../store/format/names.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { option } from "../../argv/option.ts";
import { fillSlots } from "../../argv/positionals.ts";
import { NEW_DOMAIN } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { fillIn } from "../../report/next-action.ts";

export default class AddDomainCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "add a domain, with you as its first owner",
    everyday: true,
    examples: [["A domain for production", "$0 add-domain prod"]],
  };

  domainOption = option("--domain", NEW_DOMAIN, "the domain, instead of the argument", {
    replaces: "domain",
  });
  name = optionalArgument("domain", NEW_DOMAIN, "the name of the new domain; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const [given] = fillSlots([{ option: this.domainOption }], [this.name]);
    if (given !== undefined) this.#check(keyFile.data.domains, given);
    const { name: owner } = await this.unlock(keyFile);
    const domain = given ?? (await this.#askForName(keyFile.data.domains));
    this.warnOfLooks(domain, keyFile.data.domains.keys());
    const outcome = await this.update(
      (file) => file.addDomain(domain, owner),
      `Added domain ${domain} with owner ${displayName(owner)}.`,
      { domain, owner },
    );
    return {
      ...outcome,
      nextActions: this.next(
        {
          description: "add a secret to it",
          command: ["add-secret", "--value-file", fillIn("FILE")],
          args: [domain, fillIn("SECRET")],
        },
        {
          description: "let another key custodian read it",
          command: ["add-owner"],
          args: [domain, fillIn("CUSTODIAN")],
        },
      ),
    };
  }

  #askForName(domains: ReadonlyMap<string, unknown>): Promise<string> {
    return this.askChecked("Domain name: ", "domain", (name) => this.#check(domains, name));
  }

  /** A wrong name is refused before a passphrase is asked for. */
  #check(domains: ReadonlyMap<string, unknown>, name: string): void {
    checkNewDomainName(name);
    if (domains.has(name))
      throw new PprotectError("domain_exists", `domain "${displayName(name)}" already exists`);
  }
}
