import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName, escapeUnprintable } from "../../../common/terminal-safe.ts";
import { keyToCompare } from "../../../git/trust/trust-messages.ts";
import type { KeyFile } from "../../../store/key-file.ts";
import { findDomain, findNewOwner, refuseExistingOwner } from "../../../store/lookup.ts";
import { custodianFingerprint } from "../../../store/trust/fingerprint.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NEW_OWNER } from "../../argv/value-type.ts";
import { allDomainsFlag, domainsResult, OwnerCommand } from "../../base/owner-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class AddOwnerCommand extends OwnerCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "let a key custodian read a domain",
    everyday: true,
    examples: [
      ["Let bob read dev", "$0 add-owner dev bob@example.com"],
      ["Several domains", "$0 add-owner --domain dev --domain staging bob@example.com"],
    ],
  };

  allDomains = allDomainsFlag("every domain that you own and the key custodian does not");
  owner = optionalArgument(
    "owner",
    NEW_OWNER,
    "the key custodian who becomes an owner; asked for if not given",
  );

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const given = this.givenDomains(keyFile);
    const givenOwner = this.givenOwner(this.owner);
    if (givenOwner !== undefined) checkOwner(keyFile, given, givenOwner);
    const by = await this.unlock(keyFile);
    const asked = given.length > 0 || this.allDomains ? given : [await this.askForDomain(keyFile)];
    const owner =
      givenOwner ?? (await this.askForOwner("New owner email: ", (name) => checkOwner(keyFile, asked, name)));
    const fingerprint = custodianFingerprint(findNewOwner(keyFile.data, owner));
    const domains = this.allDomains ? lacking(keyFile, by.name, owner) : asked;
    const result = { ...domainsResult(domains), owner, fingerprint };
    if (domains.length === 0) {
      this.note(`${displayName(owner)} already owns every domain that you own; nothing was changed.`);
      return { result: { store: this.storePath, ...result } };
    }
    const trust = await this.trust(keyFile);
    for (const domain of domains) await trust.using(keyFile.data, domain, "grant");
    const { refuseFormerKeys } = await import("../../../git/trust/former-keys.ts");
    await refuseFormerKeys(this.realStorePath, keyFile.data, domains);
    const outcome = await this.update(
      (file) => domains.reduce((changed, domain) => changed.addOwner(domain, owner, by), file),
      `Added owner ${displayName(owner)} to ${domains.map(displayName).join(", ")}.`,
      result,
    );
    this.note(keyToCompare(owner, fingerprint));
    this.note(
      `Next: commit ${escapeUnprintable(this.storePath)}; ${displayName(owner)} can read ${domains.map(displayName).join(", ")} from that commit on.`,
    );
    return outcome;
  }
}

/** Before a passphrase is asked for. @throws PprotectError `no_such_custodian`, `owner_exists` */
function checkOwner({ data }: KeyFile, domains: readonly string[], owner: string): void {
  findNewOwner(data, owner);
  for (const domain of domains) refuseExistingOwner(data, domain, owner);
}

function lacking(keyFile: KeyFile, by: string, owner: string): string[] {
  return keyFile
    .domainsOf(by)
    .filter((domain) => !findDomain(keyFile.data, domain).owners.has(owner))
    .sort(compareCodePoints);
}
