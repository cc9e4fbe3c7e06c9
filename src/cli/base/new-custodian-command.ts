import { dirname } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { Creds } from "../../store/credentials.ts";
import { checkNewCustodianName } from "../../store/format/names.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { absolutePath } from "../../system/path-text.ts";
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
    const name = this.user ?? (await this.#askForName(keyFile));
    checkName(name, keyFile);
    this.warnOfLooks(name, keyFile.data.custodians.keys());
    const passphrase = await this.newPassphrase(name, {
      passphraseFile: this.passphraseFile,
      option: "--passphrase-file",
      question: "Passphrase: ",
      retypeQuestion: "Retype passphrase: ",
    });
    return { name, passphrase };
  }

  /** Asks for the name. A person is offered the address that commits have. */
  async #askForName(keyFile: KeyFile): Promise<string> {
    const offered = this.prompter?.atTerminal ? await this.#gitEmail(keyFile) : undefined;
    const orOffered = (answer: string): string => (answer === "" ? (offered ?? "") : answer);
    const question = offered === undefined ? "User email: " : `User email [${offered}]: `;
    return orOffered(
      await this.askChecked(question, "user (-u/--user)", (answer) => checkName(orOffered(answer), keyFile)),
    );
  }

  async #gitEmail(keyFile: KeyFile): Promise<string | undefined> {
    const { configuredEmail } = await import("../../git/configured-user.ts");
    const email = await configuredEmail(dirname(absolutePath(this.storePath)));
    if (email === undefined || email !== displayName(email)) return undefined;
    try {
      checkName(email, keyFile);
      return email;
    } catch (error) {
      if (error instanceof PprotectError) return undefined;
      throw error;
    }
  }
}

/** @throws PprotectError `invalid_name`, `custodian_exists` */
function checkName(name: string, { data }: KeyFile): void {
  checkNewCustodianName(name);
  if (!data.custodians.has(name)) return;
  throw new PprotectError("custodian_exists", `key custodian ${displayName(name)} already exists`);
}
