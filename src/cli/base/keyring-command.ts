import type { KeyFile } from "../../store/key-file.ts";
import { findCustodian } from "../../store/lookup.ts";
import { BaseCommand } from "./base-command.ts";
import { noKeyring, type SavedPassphrases } from "./saved-passphrases.ts";

/** A command about the passphrases in the system's keyring. */
export abstract class KeyringCommand extends BaseCommand {
  /** The keyring. @throws PprotectError `keyring_unavailable` where there is none */
  protected async keyring(): Promise<SavedPassphrases> {
    const saved = await this.savedPassphrases();
    const { state, reason } = await saved.state(new Map());
    if (state === "unavailable") throw noKeyring(reason ?? "it does not answer");
    return saved;
  }

  /** The custodian of the command and the key material; the keyring is not asked. */
  protected async custodian(keyFile: KeyFile): Promise<{ readonly name: string; readonly pwdkm: string }> {
    const { givenUser } = await import("../../credentials/cascade.ts");
    const { configuredUser } = this.sourcesFor(keyFile.data.custodians);
    const name =
      givenUser(this.givenCredentials) ??
      (await configuredUser?.())?.value ??
      (await this.ask("User email: ", "user (-u/--user)"));
    return { name, pwdkm: findCustodian(keyFile.data, name) };
  }
}
