import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NewKeyCommand } from "../../base/new-key-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class RekeyCustodianCommand extends NewKeyCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "change a key custodian's key type and passphrase",
    takes: "passphrase",
    examples: [["Replace a passphrase by a raw key", "$0 rekey-custodian -u ci@example.com --key-type raw"]],
  };

  async run(): Promise<Outcome> {
    return this.replaceKey(
      (file, custodian, passphrase) => file.rekeyCustodian(custodian, passphrase, this.keyType),
      `New ${this.keyType} key for`,
    );
  }
}
