import { PprotectError } from "../common/errors.ts";
import { generateRawPassphrase } from "../crypto/raw-passphrase.ts";
import type { KeyType } from "../store/custodian.ts";
import { type PassphraseFileContext, passphraseFromFile } from "./passphrase-file.ts";
import { answeredOr, type Prompter } from "./prompter.ts";

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
  return typedTwice(prompter, sources);
}

/** How many times a new passphrase may be typed. */
const ATTEMPTS = 3;

/** A person who mistyped may try again, as with passwd(1). */
async function typedTwice(
  prompter: Prompter,
  { question, retypeQuestion, option }: NewPassphraseSources,
): Promise<string> {
  const ask = (text: string) => answeredOr(`use ${option}`, prompter, prompter.askHidden(text));
  for (let attempt = 1; ; attempt++) {
    const passphrase = await ask(question);
    const problem =
      passphrase === ""
        ? "the new passphrase is empty"
        : passphrase === (await ask(retypeQuestion))
          ? undefined
          : "the passphrases do not match";
    if (problem === undefined) return passphrase;
    if (!prompter.atTerminal || attempt === ATTEMPTS) {
      throw new PprotectError(
        "invalid_passphrase",
        `${problem}; nothing was changed`,
        "run the command again",
      );
    }
    prompter.note(`pprotect: ${problem}; try again`);
  }
}
