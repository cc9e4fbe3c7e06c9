import { Command } from "clipanion";
import { NewKeyCommand } from "../../base/new-key-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class RekeyCustodianCommand extends NewKeyCommand {
  static override paths = [["rekey-custodian"]];
  static override usage = Command.Usage({
    category: "Access Management",
    description: "change a key custodian's key type and passphrase",
    examples: [["Turn a passphrase into a raw key", "$0 rekey-custodian -u ci@example.com --key-type raw"]],
  });

  async run(): Promise<Outcome> {
    return this.replaceKey(
      (file, custodian, passphrase) => file.rekeyCustodian(custodian, passphrase, this.keyType),
      `New ${this.keyType} key for`,
    );
  }
}
