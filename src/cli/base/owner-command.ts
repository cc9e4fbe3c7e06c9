import { PprotectError } from "../../common/errors.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain } from "../../store/lookup.ts";
import { optionalArgument } from "../argv/argument.ts";
import { flag, repeatableOption } from "../argv/option.ts";
import { DOMAIN } from "../argv/value-type.ts";
import type { Result } from "../report/json-envelope.ts";
import { BaseCommand } from "./base-command.ts";

/** A command about an owner of one domain, of several, or of all: `DOMAIN OWNER`, or the domains by options. */
export abstract class OwnerCommand extends BaseCommand {
  domainOptions = repeatableOption("--domain", DOMAIN, "the domain, instead of the argument", {
    replaces: "domain",
  });
  abstract allDomains: boolean;
  firstName = optionalArgument("domain", DOMAIN, "the domain; asked for if not given");

  /** The domains on the line, which must exist; none when they are asked for, or to be found with `--all-domains`. */
  protected givenDomains(keyFile: KeyFile): readonly string[] {
    if (this.allDomains && this.domainOptions.length > 0)
      throw new PprotectError("usage", "give --domain or --all-domains, not both");
    const given = this.#byOption || this.firstName === undefined ? this.domainOptions : [this.firstName];
    for (const domain of given) findDomain(keyFile.data, domain);
    return [...new Set(given)];
  }

  /** The owner on the line, if it is there. @param second the argument after the domain */
  protected givenOwner(second: string | undefined): string | undefined {
    return this.#byOption ? this.firstName : second;
  }

  /** @param check of the name, as of {@link askChecked} */
  protected async askForOwner(
    question: string,
    check: (name: string) => unknown = () => undefined,
  ): Promise<string> {
    return this.askChecked(question, "owner", (owner) => {
      if (owner === "") throw new PprotectError("usage", "no owner given");
      check(owner);
    });
  }

  get #byOption(): boolean {
    return this.allDomains || this.domainOptions.length > 0;
  }
}

/** Domains of a result: `domain` is the only one, for programs that know no more than one. */
export function domainsResult(domains: readonly string[]): Result {
  return { domain: domains.length === 1 ? (domains[0] ?? null) : null, domains };
}

/** The option by which a command takes all domains. */
export function allDomainsFlag(description: string): boolean {
  return flag("--all-domains", description, { replaces: "domain" });
}
