import { Command, Option } from "clipanion";
import { shown } from "../../common/printable.ts";
import { findCustodian } from "../../store/lookup.ts";
import { BaseCommand } from "../base-command.ts";
import type { Outcome } from "../envelope.ts";

export class RmKeyCustodianCommand extends BaseCommand {
  static override paths = [["rm-key-custodian"]];
  static override usage = Command.Usage({
    category: "Access Management",
    description: "remove a key custodian and all of its ownerships",
    examples: [["After someone left", "$0 rm-key-custodian bob@example.com"]],
  });

  custodian = Option.String({ name: "custodian", required: false });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const name = this.custodian ?? (await this.ask("Custodian email: ", "custodian"));
    findCustodian(keyFile.data, name);
    const owned = keyFile.domainsOf(name).map(shown);
    const status = await this.update(
      (file) => file.removeCustodian(name),
      `Removed key custodian ${shown(name)}.`,
    );
    if (owned.length > 0) {
      this.note(
        `Note: ${shown(name)} can still decrypt ${owned.join(", ")} (from every revision so far) until you run` +
          " rotate-domain-keys and change the secret values.",
      );
    }
    return status;
  }
}
