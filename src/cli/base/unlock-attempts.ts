import { PprotectError } from "../../common/errors.ts";
import { type CredentialSources, type ResolvedCreds, unlock } from "../../credentials/cascade.ts";
import { PROMPT_SOURCE } from "../../credentials/environment-names.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import type { InputPrompter } from "../input/input-prompter.ts";

/** How many times a passphrase may be typed. */
const ATTEMPTS = 3;

/** What a command gives to be asked for credentials. */
interface Asking {
  readonly sources: CredentialSources;
  readonly credentials: (sources: CredentialSources) => Promise<ResolvedCreds>;
  /** Who was asked, if anyone was. */
  readonly prompter: () => InputPrompter | undefined;
}

/** A custodian, with the passphrase that was right. */
export interface Unlocked {
  readonly custodian: UnlockedCustodian;
  readonly passphrase: string;
  /** Where it came from, for messages. */
  readonly passphraseSource: string;
}

/**
 * Resolves credentials and verifies them. A wrong passphrase that was typed at a terminal is asked for again.
 * @throws PprotectError `wrong_credentials`, and what resolving throws
 */
export async function unlockWithAttempts(
  keyFile: KeyFile,
  { sources, credentials, prompter }: Asking,
): Promise<Unlocked> {
  const { custodians } = keyFile.data;
  let creds = await credentials({ ...sources, custodians });
  for (let attempt = 1; ; attempt++) {
    try {
      const { passphrase, passphraseSource } = creds;
      return { custodian: unlock(keyFile, creds), passphrase, passphraseSource };
    } catch (error) {
      const asked = prompter();
      if (!asked || attempt === ATTEMPTS || !mayTryAgain(error, creds, asked)) throw error;
      asked.note("Wrong passphrase, try again.");
      const { savedPassphrase: _, ...others } = sources;
      const { name: user, nameSource: userSource } = creds;
      creds = await credentials({ ...others, custodians, user, userSource, asksAgain: true });
    }
  }
}

/** Only a person who typed a wrong passphrase may do so; what was given in another way would be wrong again. */
function mayTryAgain(error: unknown, { passphraseSource }: ResolvedCreds, asked: InputPrompter): boolean {
  const isWrong = error instanceof PprotectError && error.code === "wrong_credentials";
  return isWrong && passphraseSource === PROMPT_SOURCE && asked.atTerminal;
}
