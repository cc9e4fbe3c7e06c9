import { compareCodePoints } from "../../../common/code-points.ts";
import { PprotectError } from "../../../common/errors.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { checkNewDomainName } from "../../../store/format/names.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain } from "../../../store/lookup.ts";
import { renameDomain } from "../../../store/renaming.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NEW_DOMAIN } from "../../argv/value-type.ts";
import { NewDomainKeyCommand } from "../../base/new-domain-key-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RenameDomainCommand extends NewDomainKeyCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "give a domain another name, and a new key",
    details:
      "Needs an owner's credentials: everything is sealed again. Its secrets and its owners stay the same. Manifests and scripts that name the domain must be changed by hand.",
    examples: [["Rename one", "$0 rename-domain stage staging"]],
  };

  newName = optionalArgument("new-name", NEW_DOMAIN, "the new name; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    this.givenDomain(keyFile);
    const given = this.givenName(this.newName);
    if (given !== undefined) checkName(keyFile, given);
    const owner = await this.unlock(keyFile);
    const domain = await this.existingDomain(keyFile);
    const name =
      given ?? (await this.askChecked("New name: ", "new name", (answer) => checkName(keyFile, answer)));
    await this.unlockToRead(keyFile, [domain]);
    await (await this.trust(keyFile)).using(keyFile.data, domain, "grant");
    const leftOut = await this.ownersToLeaveOut(keyFile, domain, owner);
    const owners = ownersOf(keyFile, domain).filter((each) => !leftOut.includes(each));
    const outcome = await this.update(
      (file) => {
        // Only the owners who were looked at get the new key.
        if (ownersOf(file, domain).join("\n") !== ownersOf(keyFile, domain).join("\n"))
          throw ownersChanged(domain);
        return renameDomain(file, domain, name, owner, owners);
      },
      `Renamed domain ${displayName(domain)} to ${name}, with a new key.`,
      { domain, new_name: name, owners, left_out: leftOut },
    );
    if (leftOut.length > 0) this.note(`Left out and removed: ${leftOut.map(displayName).join(", ")}.`);
    return outcome;
  }
}

function checkName(keyFile: KeyFile, name: string): void {
  checkNewDomainName(name);
  if (keyFile.data.domains.has(name))
    throw new PprotectError("domain_exists", `domain "${displayName(name)}" already exists`);
}

function ownersOf(keyFile: KeyFile, domain: string): string[] {
  return [...findDomain(keyFile.data, domain).owners.keys()].sort(compareCodePoints);
}

function ownersChanged(domain: string): PprotectError {
  return new PprotectError(
    "store_changed",
    `another process changed the owners of domain "${displayName(domain)}" at the same time`,
    "nothing was written; run the command again",
  );
}
