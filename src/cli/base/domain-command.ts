import { PprotectError } from "../../common/errors.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain } from "../../store/lookup.ts";
import { optionalArgument } from "../argv/argument.ts";
import { option } from "../argv/option.ts";
import { fillSlots } from "../argv/positionals.ts";
import { DOMAIN } from "../argv/value-type.ts";
import { BaseCommand } from "./base-command.ts";

/** A command about one domain, given as the first argument, by `--domain`, or at a prompt. */
export abstract class DomainCommand extends BaseCommand {
  domainOption = option("--domain", DOMAIN, "the domain, instead of the argument", { replaces: "domain" });
  firstName = optionalArgument("domain", DOMAIN, "the domain");

  /** The domain; it must exist. */
  protected async existingDomain(keyFile: KeyFile): Promise<string> {
    const [given] = fillSlots([{ option: this.domainOption }], [this.firstName]);
    return this.#existing(keyFile, given);
  }

  /** The domain, which must exist, and a second name such as a secret's or an owner's. */
  protected async domainAndName(
    keyFile: KeyFile,
    second: string | undefined,
    question: string,
    argument: string,
  ): Promise<[domain: string, name: string]> {
    const slots = [{ option: this.domainOption }, {}];
    const [givenDomain, givenName] = fillSlots(slots, [this.firstName, second]);
    const domain = await this.#existing(keyFile, givenDomain);
    const name = givenName ?? (await this.ask(question, argument));
    if (name === "") throw new PprotectError("usage", `no ${argument} given`);
    return [domain, name];
  }

  async #existing(keyFile: KeyFile, given: string | undefined): Promise<string> {
    const domain = given ?? (await this.ask("Domain name: ", "domain"));
    findDomain(keyFile.data, domain);
    return domain;
  }
}
