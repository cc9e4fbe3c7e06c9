import { PprotectError } from "../common/errors.ts";
import { generateRawPassphrase } from "../crypto/raw-passphrase.ts";
import type { KeyType } from "../store/custodian.ts";
import { type PassphraseFileContext, passphraseFromFile } from "./passphrase-file.ts";
import type { Prompter } from "./prompter.ts";

/** Sources of a new passphrase: a file, a generated raw key, or a prompt. Never the environment. */
export interface NewPassphraseSources extends PassphraseFileContext {
  readonly keyType: KeyType;
  readonly passphraseFile: string | undefined;
  /** The option for the file, for messages. */
  readonly option: string;
  /** `undefined` if the user must not be asked. */
  readonly prompter: Prompter | undefined;
  readonly question: string;
  readonly retypeQuestion: string;
  /** Shows a generated raw key once, and returns when the user has confirmed that it is saved. */
  readonly showRawKey: (key: string) => Promise<void>;
}

/**
 * Gets a new passphrase. At a prompt it must be typed twice.
 * @throws PprotectError `invalid_passphrase` when the two differ; `missing_credentials`; `file_error`; `aborted`
 */
export async function obtainNewPassphrase(sources: NewPassphraseSources): Promise<string> {
  const { keyType, passphraseFile, prompter, option } = sources;
  if (passphraseFile !== undefined) return passphraseFromFile(passphraseFile, sources);
  if (keyType === "raw") {
    const key = generateRawPassphrase();
    await sources.showRawKey(key);
    return key;
  }
  if (!prompter) {
    throw new PprotectError(
      "missing_credentials",
      "new passphrase required (running with --non-interactive)",
      `use ${option}`,
    );
  }
  const passphrase = await prompter.askHidden(sources.question);
  if (passphrase === "") throw new PprotectError("invalid_passphrase", "the new passphrase is empty");
  const again = await prompter.askHidden(sources.retypeQuestion);
  if (passphrase !== again) {
    throw new PprotectError(
      "invalid_passphrase",
      "the passphrases do not match; nothing was changed",
      "run the command again",
    );
  }
  return passphrase;
}
