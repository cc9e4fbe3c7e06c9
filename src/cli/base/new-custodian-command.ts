import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { Creds } from "../../store/credentials.ts";
import { checkNewCustodianName } from "../../store/format/names.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { option } from "../argv/option.ts";
import { NEW_USER } from "../argv/value-type.ts";
import { KeyMakingCommand } from "./key-making-command.ts";

/** A command that adds a key custodian, from flags or prompts but never from the environment. */
export abstract class NewCustodianCommand extends KeyMakingCommand {
  override user = option("-u,--user", NEW_USER, "the new key custodian's e-mail address");

  /** Name and passphrase of a custodian that the store does not have yet. */
  protected async newCustodian(keyFile: KeyFile): Promise<Creds> {
    if (this.passphraseCommand !== undefined) {
      throw new PprotectError(
        "usage",
        "--passphrase-command is for a passphrase that exists",
        "give the new one with --passphrase-file, or type it",
      );
    }
    const name = this.user ?? (await this.ask("User email: ", "user (-u/--user)"));
    checkNewCustodianName(name);
    if (keyFile.data.custodians.has(name)) {
      throw new PprotectError("custodian_exists", `key custodian ${displayName(name)} already exists`);
    }
    this.warnOfLooks(name, keyFile.data.custodians.keys());
    const passphrase = await this.newPassphrase(name, {
      passphraseFile: this.passphraseFile,
      option: "--passphrase-file",
      question: "Passphrase: ",
      retypeQuestion: "Retype passphrase: ",
    });
    return { name, passphrase };
  }
}
