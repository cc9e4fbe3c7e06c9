import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { KeyringCommand } from "../../base/keyring-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";
import { keyringFields, keyringText } from "../../report/keyring-text.ts";

export default class KeyringStatusCommand extends KeyringCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "show whose passphrases the system's keyring has for this store",
    details: "Needs no passphrase, and shows none.",
  };

  async run(): Promise<Outcome> {
    const { custodians } = this.readStore().data;
    const state = await (await this.savedPassphrases()).state(custodians);
    this.printLine(keyringText(state));
    return { result: { store: this.storePath, ...keyringFields(state) } };
  }
}
