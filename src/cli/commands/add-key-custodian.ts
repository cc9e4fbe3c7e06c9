import { Command } from "clipanion";
import type { Outcome } from "../envelope.ts";
import { NewCustodianCommand } from "../new-custodian-command.ts";

export class AddKeyCustodianCommand extends NewCustodianCommand {
  static override paths = [["add-key-custodian"]];
  static override usage = Command.Usage({
    category: "Access Management",
    description: "add a key custodian",
    examples: [
      ["A person", "$0 add-key-custodian"],
      ["A machine, with a generated key", "$0 add-key-custodian -u ci@example.com --key-type raw"],
    ],
  });

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    this.note("Adding new key custodian.");
    const creds = await this.newCustodian(keyFile);
    return this.update(
      (file) => file.addCustodian(creds, this.keyType),
      `Added key custodian ${creds.name}.`,
    );
  }
}
