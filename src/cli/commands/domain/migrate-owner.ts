import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { keyToCompare } from "../../../git/trust/trust-messages.ts";
import { findDomain, findNewOwner } from "../../../store/lookup.ts";
import { custodianFingerprint } from "../../../store/trust/fingerprint.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { CUSTODIAN } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class MigrateOwnerCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "domains",
    summary: "add an owner to every domain that you own",
    examples: [["Hand over to carol", "$0 migrate-owner carol@example.com"]],
  };

  newOwner = optionalArgument(
    "owner",
    CUSTODIAN,
    "the key custodian who becomes an owner; asked for if not given",
  );

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    if (this.newOwner !== undefined) findNewOwner(keyFile.data, this.newOwner);
    const by = await this.unlock(keyFile);
    const newOwner = this.newOwner ?? (await this.ask("New owner email: ", "owner"));
    const fingerprint = custodianFingerprint(findNewOwner(keyFile.data, newOwner));
    const domains = keyFile
      .domainsOf(by.name)
      .filter((domain) => !findDomain(keyFile.data, domain).owners.has(newOwner))
      .sort(compareCodePoints);
    const list = domains.map(displayName).join(", ");
    const result = { owner: newOwner, domains, fingerprint };
    if (domains.length === 0) {
      this.note(`${displayName(newOwner)} already owns every domain that you own; nothing was changed.`);
      return { result: { store: this.storePath, ...result } };
    }
    const { refuseFormerKeys } = await import("../../../git/trust/former-keys.ts");
    await refuseFormerKeys(this.realStorePath, keyFile.data, domains);
    this.note(`Will add ${displayName(newOwner)} as owner to: ${list}`);
    this.note(keyToCompare(newOwner, fingerprint));
    await this.confirmOrAbort("Proceed? [y/N] ");
    return this.update(
      (file) => file.migrateOwner(newOwner, by),
      `Added owner ${displayName(newOwner)} to ${list}.`,
      result,
    );
  }
}
