import { compareCodePoints } from "../../../common/code-points.ts";
import { displayName } from "../../../common/terminal-safe.ts";
import { findCustodian } from "../../../store/lookup.ts";
import { optionalArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { CUSTODIAN } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { rotation } from "../../report/next-action.ts";
import { removalNote } from "../../report/removal-note.ts";

export default class RmKeyCustodianCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "remove a key custodian from the store and all domains",
    examples: [["After bob left", "$0 rm-key-custodian bob@example.com"]],
  };

  custodian = optionalArgument("custodian", CUSTODIAN, "the key custodian to remove; asked for if not given");

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const name = this.custodian ?? (await this.ask("Custodian email: ", "custodian"));
    findCustodian(keyFile.data, name);
    const domains = keyFile.domainsOf(name).sort(compareCodePoints);
    const owned = domains.length === 0 ? "" : `, an owner of ${domains.map(displayName).join(", ")}`;
    await this.confirmRemoval(`Remove key custodian ${displayName(name)}${owned}? [y/N] `);
    const outcome = await this.update(
      (file) => file.removeCustodian(name),
      `Removed key custodian ${displayName(name)}.`,
      { custodian: name, domains },
    );
    if (domains.length > 0) this.note(removalNote(name, domains, this.file));
    return { ...outcome, nextActions: this.next(...domains.map(rotation)) };
  }
}
