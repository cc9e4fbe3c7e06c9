import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { NewKeyCommand } from "../../base/new-key-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class SetKeyCustodianPassphraseCommand extends NewKeyCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "change a key custodian's passphrase",
    details:
      "A lost passphrase cannot be recovered. If yours is lost, another owner runs `pprotect rm-key-custodian`, you run " +
      "`pprotect add-key-custodian`, and they run `pprotect add-owner` for each domain. Values of a domain without " +
      "another owner are lost, and have to be set again in a new domain.",
    takes: "passphrase",
    examples: [["Ask for both passphrases", "$0 set-key-custodian-passphrase"]],
  };

  async run(): Promise<Outcome> {
    return this.replaceKey(
      (file, custodian, passphrase) => file.setCustodianPassphrase(custodian, passphrase, this.keyType),
      "Changed the passphrase of",
    );
  }
}
