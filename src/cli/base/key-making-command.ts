import { PprotectError } from "../../common/errors.ts";
import type { NewPassphraseSources } from "../../credentials/new-credentials.ts";
import { isRawPassphrase } from "../../crypto/raw-passphrase.ts";
import { keyToCompare } from "../../git/trust/trust-messages.ts";
import { KEY_TYPES } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findCustodian } from "../../store/lookup.ts";
import { custodianFingerprint } from "../../store/trust/fingerprint.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { isTerminal } from "../../system/terminal.ts";
import { option } from "../argv/option.ts";
import { choice } from "../argv/value-type.ts";
import { showRawKey } from "../input/raw-key-handover.ts";
import type { Outcome, Result } from "../report/json-envelope.ts";
import { OutputClosedError, outputIsDiscarded } from "../report/output.ts";
import { BaseCommand } from "./base-command.ts";
import { refuseForbiddenPlaintext } from "./plaintext-fence.ts";

/** What each command words in its own way. */
type Questions = Pick<NewPassphraseSources, "passphraseFile" | "option" | "question" | "retypeQuestion">;

/** A command that makes a key, from a passphrase or a raw key that it generates. */
export abstract class KeyMakingCommand extends BaseCommand {
  keyType = option(
    "--key-type",
    choice("TYPE", KEY_TYPES),
    "hard (slow to guess, the default), fast, or raw (a generated key, no passphrase)",
    { initial: "hard" },
  );

  /** A new passphrase. A generated one is written to standard output before anything is changed. */
  protected async newPassphrase(custodian: string, questions: Questions): Promise<string> {
    if (this.keyType === "raw" && questions.passphraseFile === undefined)
      refuseForbiddenPlaintext(process.env, "a key that is generated");
    hardenProcess();
    const { obtainNewPassphrase } = await import("../../credentials/new-credentials.ts");
    if (questions.passphraseFile !== undefined) await this.warnOfCommittable(questions.passphraseFile);
    const passphrase = await obtainNewPassphrase({
      ...this.givenCredentials,
      ...questions,
      keyType: this.keyType,
      prompter: this.prompter,
      showRawKey: (key) => this.#printRawKey(key, custodian),
    });
    if (this.keyType !== "raw") await this.#checkStrength(passphrase, custodian, questions);
    return passphrase;
  }

  /** Names a weak passphrase. Someone who typed it at a terminal is asked; a script, which chose it before, goes on. */
  async #checkStrength(passphrase: string, custodian: string, { passphraseFile }: Questions): Promise<void> {
    // An empty one is refused anyway.
    if (passphrase === "" || isRawPassphrase(passphrase)) return;
    const { passphraseBits, WEAK_BITS } = await import("../../credentials/passphrase-strength.ts");
    const bits = passphraseBits(passphrase, [custodian]);
    if (bits >= WEAK_BITS) return;
    this.note(
      `pprotect: warning: the new passphrase is weak: about 2^${bits} guesses find it. Use at least 2^${WEAK_BITS}, such as five random words.`,
    );
    if (passphraseFile !== undefined || !isTerminal(0)) return;
    await this.confirmOrAbort("Use it anyway? [y/N] ");
  }

  /** The result for a program: whose key was made. */
  protected keyResult(custodian: string): Result {
    return { store: this.storePath, custodian, key_type: this.keyType };
  }

  /** {@link update} where a custodian gets a new key, whose fingerprint is shown for others to compare. */
  protected async updateKey(
    custodian: string,
    change: (file: KeyFile) => KeyFile,
    done: string,
  ): Promise<Outcome> {
    let fingerprint = "";
    const outcome = await this.update(
      (file) => {
        const changed = change(file);
        fingerprint = custodianFingerprint(findCustodian(changed.data, custodian));
        return changed;
      },
      done,
      this.keyResult(custodian),
    );
    this.note(keyToCompare(custodian, fingerprint));
    return { result: { ...outcome.result, fingerprint } };
  }

  async #printRawKey(key: string, custodian: string): Promise<void> {
    if (outputIsDiscarded()) throw noReader("standard output is closed or /dev/null");
    try {
      if (this.json) this.envelope().begin({ ...this.keyResult(custodian), generated_key: key });
      else await showRawKey(key, this.yes, (question) => this.ask(question, "confirmation (--yes)"));
    } catch (error) {
      if (!(error instanceof OutputClosedError)) throw error;
      throw noReader("standard output was closed by its reader");
    }
  }
}

function noReader(why: string): PprotectError {
  return new PprotectError(
    "aborted",
    `${why}, so the generated key would be lost; nothing was changed`,
    "read the key from standard output",
  );
}
