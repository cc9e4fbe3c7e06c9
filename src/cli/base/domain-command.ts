import type { KeyFile } from "../../store/key-file.ts";
import { findDomain } from "../../store/lookup.ts";
import { optionalArgument } from "../argv/argument.ts";
import { option } from "../argv/option.ts";
import { fillSlots } from "../argv/positionals.ts";
import { DOMAIN } from "../argv/value-type.ts";
import { BaseCommand } from "./base-command.ts";

/** A command about one domain, given as the first argument, with `--domain`, or at a prompt. */
export abstract class DomainCommand extends BaseCommand {
  domainOption = option("--domain", DOMAIN, "the domain, instead of the argument", { replaces: "domain" });
  firstName = optionalArgument("domain", DOMAIN, "the domain; asked for if not given");

  /**
   * The domain on the line, if it is there: to be checked before credentials are asked for.
   * @throws PprotectError `no_such_domain`
   */
  protected givenDomain(keyFile: KeyFile): string | undefined {
    const [given] = this.#slots(undefined);
    if (given !== undefined) findDomain(keyFile.data, given);
    return given;
  }

  /** The second name on the line, such as an owner's, if it is there. */
  protected givenName(second: string | undefined): string | undefined {
    return this.#slots(second)[1];
  }

  /** The domain; it must exist. */
  protected async existingDomain(keyFile: KeyFile): Promise<string> {
    return this.givenDomain(keyFile) ?? this.askForDomain(keyFile);
  }

  #slots(second: string | undefined): (string | undefined)[] {
    return fillSlots([{ option: this.domainOption }, {}], [this.firstName, second]);
  }
}
