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

/** What the commands ask for in words of their own. */
type Questions = Pick<NewPassphraseSources, "passphraseFile" | "option" | "question" | "retypeQuestion">;

/** A command that makes key material, of a passphrase or of a raw key that it generates. */
export abstract class KeyMakingCommand extends BaseCommand {
  keyType = option(
    "--key-type",
    choice("TYPE", KEY_TYPES),
    "hard (slow to guess, the default), fast, or raw (a generated key, no passphrase)",
    { initial: "hard" },
  );

  /** A new passphrase; a generated one is in the caller's hands before anything is changed. */
  protected async newPassphrase(custodian: string, questions: Questions): Promise<string> {
    hardenProcess();
    const { obtainNewPassphrase } = await import("../../credentials/new-credentials.ts");
    return obtainNewPassphrase({
      ...questions,
      keyType: this.keyType,
      prompter: this.prompter,
      warn: this.givenCredentials.warn,
      showRawKey: (key) => this.#handOver(key, custodian),
    });
  }

  /** What a program reads of a custodian's new key. */
  protected keyResult(custodian: string): Result {
    return { store: this.storePath, custodian, key_type: this.keyType };
  }

  async #handOver(key: string, custodian: string): Promise<void> {
    if (outputIsDiscarded()) throw nobodyListens("standard output is closed or /dev/null");
    try {
      if (this.json) this.envelope().begin({ ...this.keyResult(custodian), generated_key: key });
      else await showRawKey(key, this.yes, (question) => this.ask(question, "confirmation (--yes)"));
    } catch (error) {
      if (!(error instanceof OutputClosedError)) throw error;
      throw nobodyListens("the reader of standard output has gone");
    }
  }
}

function nobodyListens(why: string): PprotectError {
  return new PprotectError(
    "aborted",
    `${why}, so nobody can take the generated key; nothing was changed`,
    "take it from standard output",
  );
}
