import { displayName } from "../../../common/terminal-safe.ts";
import { findNewOwner } from "../../../store/lookup.ts";
import { custodianFingerprint } from "../../../store/trust/fingerprint.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NEW_OWNER } from "../../argv/value-type.ts";
import { DomainCommand } from "../../base/domain-command.ts";
import { keyToCompare } from "../../base/trust/trust-messages.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class AddOwnerCommand extends DomainCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "let a key custodian read a domain",
    everyday: true,
    examples: [["Let bob read dev", "$0 add-owner dev bob@example.com"]],
  };

  owner = optionalArgument(
    "owner",
    NEW_OWNER,
    "the key custodian who becomes an owner; asked for if not given",
  );

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    this.givenDomain(keyFile);
    const given = this.givenName(this.owner);
    if (given !== undefined) findNewOwner(keyFile.data, given);
    const by = await this.unlock(keyFile);
    const [domain, owner] = await this.domainAndName(keyFile, this.owner, "New owner email: ", "owner");
    const fingerprint = custodianFingerprint(findNewOwner(keyFile.data, owner));
    await (await this.trust(keyFile)).using(keyFile.data, domain, "grant");
    const { refuseFormerKeys } = await import("../../base/trust/former-keys.ts");
    await refuseFormerKeys(this.realStorePath, keyFile.data, [domain]);
    const outcome = await this.update(
      (file) => file.addOwner(domain, owner, by),
      `Added owner ${displayName(owner)} to ${displayName(domain)}.`,
      { domain, owner, fingerprint },
    );
    this.note(keyToCompare(owner, fingerprint));
    return outcome;
  }
}
