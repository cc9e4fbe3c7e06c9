import { compareCodePoints } from "../../common/code-points.ts";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import { decodeKeyMaterial, type KeyMaterial, keyTypeOf } from "../../store/format/key-material.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findCustodian } from "../../store/lookup.ts";
import { option } from "../argv/option.ts";
import { FILE } from "../argv/value-type.ts";
import type { Outcome } from "../report/json-envelope.ts";
import { rotationAfterLeak } from "../report/next-action.ts";
import { KeyMakingCommand } from "./key-making-command.ts";

/** A command that replaces a custodian's own key: credentials in the environment are not used, but asked for. */
export abstract class NewKeyCommand extends KeyMakingCommand {
  newPassphraseFile = option("--new-passphrase-file", FILE, "read the new passphrase from this file");

  protected async replaceKey(
    change: (file: KeyFile, custodian: UnlockedCustodian, passphrase: string) => KeyFile,
    done: string,
  ): Promise<Outcome> {
    const keyFile = this.readStore();
    const custodian = await this.unlock(keyFile, {
      ...this.credentialSources,
      // A forgotten variable must not decide whose passphrase changes; with --non-interactive it is used.
      environment: this.nonInteractive ? this.credentialSources.environment : undefined,
      passphraseQuestion: "Current passphrase: ",
    });
    const passphrase = await this.newPassphrase(custodian.name, {
      passphraseFile: this.newPassphraseFile,
      option: "--new-passphrase-file",
      question: "New passphrase: ",
      retypeQuestion: "Retype new passphrase: ",
    });
    if (
      this.isCurrentPassphrase(passphrase) &&
      this.keyType === keyTypeOf(keyMaterialOf(keyFile, custodian))
    ) {
      throw new PprotectError(
        "invalid_passphrase",
        "the new passphrase is the current one; nothing was changed",
      );
    }
    const outcome = await this.updateKey(
      custodian.name,
      (file) => change(file, custodian, passphrase),
      `${done} ${displayName(custodian.name)}.`,
    );
    await this.#forgetFormer(findCustodian(keyFile.data, custodian.name));
    const domains = keyFile.domainsOf(custodian.name).sort(compareCodePoints);
    if (domains.length > 0) {
      this.note(
        `Note: the old passphrase still opens ${domains.map(displayName).join(", ")} with an earlier revision of this file.` +
          " If others may know it, run `pprotect rotate-domain-keys` and change the values.",
      );
    }
    return { ...outcome, nextActions: this.next(...domains.map(rotationAfterLeak)) };
  }

  /** What the keyring has for a key that is replaced is of no more use, and could not be found again. */
  async #forgetFormer(pwdkm: string): Promise<void> {
    const saved = await this.savedPassphrases();
    if (!saved.possible) return;
    try {
      if (await saved.remove(pwdkm))
        this.note(
          "The keyring had the old passphrase, which was removed: `pprotect keyring set` saves the new one.",
        );
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      this.givenCredentials.warn(`the keyring may still have the old passphrase: ${error.message}`);
    }
  }
}

function keyMaterialOf({ data }: KeyFile, { name }: UnlockedCustodian): KeyMaterial {
  return decodeKeyMaterial(findCustodian(data, name));
}
