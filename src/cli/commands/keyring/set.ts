import { displayName } from "../../../common/terminal-safe.ts";
import type { CredentialSources, StoreSources } from "../../../credentials/cascade.ts";
import { findCustodian } from "../../../store/lookup.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { KeyringCommand } from "../../base/keyring-command.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class KeyringSetCommand extends KeyringCommand {
  static readonly declaration: CommandDeclaration = {
    group: "people",
    summary: "save your passphrase in the system's keyring",
    details:
      "The keyring is the Secret Service of the desktop (GNOME, KDE), the Keychain of macOS, or the Credential Manager of " +
      "Windows. Its entry belongs to your key in this store: another store never gets it. Commands use it before they " +
      "ask for a passphrase, unless one is given or a lease is there. It is kept until `pprotect keyring rm`.",
    examples: [
      ["Ask for the passphrase, and save it", "$0 keyring set"],
      ["Without a question", "$0 keyring set -u alice@example.com --passphrase-file alice.pass"],
    ],
  };

  async run(): Promise<Outcome> {
    const keyFile = this.readStore();
    const saved = await this.keyring();
    const { name } = await this.unlock(keyFile);
    await saved.save(findCustodian(keyFile.data, name), this.usedPassphrase ?? "");
    this.note(`Saved the passphrase of ${displayName(name)} in the keyring.`);
    return { result: { store: this.storePath, user: name } };
  }

  /** What the keyring has already is not what is to be saved. */
  protected override sourcesFor(
    custodians: ReadonlyMap<string, string>,
    sources?: Pick<CredentialSources, "environment">,
  ): StoreSources {
    const { savedPassphrase: _, ...others } = super.sourcesFor(custodians, sources);
    return others;
  }
}
