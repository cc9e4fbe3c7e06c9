import { displayName } from "../../../common/terminal-safe.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { KeyringCommand } from "../../base/keyring-command.ts";
import { rememberDeclined } from "../../base/offer-to-save.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class KeyringRmCommand extends KeyringCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "remove your passphrase from the system's keyring",
    details: "Needs no passphrase. Prompts do not offer to save it again.",
    examples: [["Ask for it again from now on", "$0 keyring rm"]],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const saved = await this.keyring();
    const { name, pwdkm } = await this.custodian(keyFile);
    const removed = await saved.remove(pwdkm);
    rememberDeclined(pwdkm);
    this.note(
      removed
        ? `Removed the passphrase of ${displayName(name)} from the keyring.`
        : `The keyring has no passphrase of ${displayName(name)} for this store.`,
    );
    return { result: { store: this.storePath, user: name, removed } };
  }
}
