import { PprotectError } from "../../common/errors.ts";
import type { NewPassphraseSources } from "../../credentials/new-credentials.ts";
import { KEY_TYPES } from "../../store/custodian.ts";
import { hardenProcess } from "../../system/process-hardening.ts";
import { option } from "../argv/option.ts";
import { choice } from "../argv/value-type.ts";
import { showRawKey } from "../input/raw-key-handover.ts";
import type { Result } from "../report/json-envelope.ts";
import { OutputClosedError, outputIsDiscarded } from "../report/output.ts";
import { BaseCommand } from "./base-command.ts";

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
    hardenProcess();
    const { obtainNewPassphrase } = await import("../../credentials/new-credentials.ts");
    if (questions.passphraseFile !== undefined) await this.warnOfCommittable(questions.passphraseFile);
    return obtainNewPassphrase({
      ...questions,
      keyType: this.keyType,
      prompter: this.prompter,
      warn: this.givenCredentials.warn,
      showRawKey: (key) => this.#printRawKey(key, custodian),
    });
  }

  /** The result for a program: whose key was made. */
  protected keyResult(custodian: string): Result {
    return { store: this.storePath, custodian, key_type: this.keyType };
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
