import { Command } from "clipanion";
import { NewKeyCommand } from "../../base/new-key-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class SetKeyCustodianPassphraseCommand extends NewKeyCommand {
  static override paths = [["set-key-custodian-passphrase"]];
  static override usage = Command.Usage({
    category: "Access Management",
    description: "change a key custodian's passphrase",
    examples: [["Ask for both passphrases", "$0 set-key-custodian-passphrase"]],
  });

  async run(): Promise<Outcome> {
    return this.replaceKey(
      (file, custodian, passphrase) => file.setCustodianPassphrase(custodian, passphrase, this.keyType),
      "Changed the passphrase of",
    );
  }
}
