import { Option } from "clipanion";
import { shown } from "../common/printable.ts";
import type { UnlockedCustodian } from "../store/custodian.ts";
import type { KeyFile } from "../store/key-file.ts";
import { BaseCommand } from "./base-command.ts";
import type { Outcome } from "./envelope.ts";
import { keyTypeOption } from "./key-type-option.ts";
import { showRawKey } from "./raw-key.ts";

/** A command that replaces a custodian's own key: who acts is asked anew, whatever the environment says. */
export abstract class NewKeyCommand extends BaseCommand {
  keyType = keyTypeOption();
  newPassphraseFile = Option.String("--new-passphrase-file", {
    description: "a file that holds the new passphrase",
  });

  protected async replaceKey(
    change: (file: KeyFile, custodian: UnlockedCustodian, passphrase: string) => KeyFile,
    done: string,
  ): Promise<Outcome> {
    const keyFile = this.readStore();
    const custodian = await this.unlock(keyFile, {
      ...this.credentialSources,
      // A forgotten variable must not decide whose passphrase changes; a script that cannot be asked may use it.
      environment: this.nonInteractive ? this.credentialSources.environment : undefined,
      passphraseQuestion: "Current passphrase: ",
    });
    const { obtainNewPassphrase } = await import("../credentials/new-credentials.ts");
    const passphrase = await obtainNewPassphrase({
      keyType: this.keyType,
      passphraseFile: this.newPassphraseFile,
      option: "--new-passphrase-file",
      prompter: this.prompter,
      question: "New passphrase: ",
      retypeQuestion: "Retype new passphrase: ",
      showRawKey: (key) =>
        showRawKey(key, this.yes, (question) => this.ask(question, "confirmation (--yes)")),
    });
    return this.update((file) => change(file, custodian, passphrase), `${done} ${shown(custodian.name)}.`);
  }
}
