import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { reportFallback } from "../../common/fallback.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { custodianFingerprint } from "../../store/trust/fingerprint.ts";
import { OWN_FILE, writeAtomically } from "../../system/atomic-write.ts";
import { readBounded } from "../../system/bounded-read.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import type { InputPrompter } from "../input/input-prompter.ts";
import type { SavedPassphrases } from "./saved-passphrases.ts";

/** A passphrase that was typed, and was right. */
interface TypedPassphrase {
  /** Whose it is: the custodian's key material, base64. */
  readonly pwdkm: string;
  readonly passphrase: string;
  readonly prompter: InputPrompter;
}

/**
 * Offers, once for each key, to save a passphrase in the keyring, where that works and does not have it. Only who is
 * asked at a terminal is offered it.
 */
export async function offerToSave(
  saved: SavedPassphrases,
  { pwdkm, passphrase, prompter }: TypedPassphrase,
): Promise<void> {
  // A line that was typed ahead answers another question.
  if (prompter.hasMore() || !(await saved.lacks(pwdkm)) || wasDeclined(pwdkm)) return;
  const answer = await prompter.ask("Save in the keyring? [y/N] ");
  if (!/^y/i.test(answer)) return rememberDeclined(pwdkm);
  try {
    await saved.save(pwdkm, passphrase);
    prompter.note("Saved. `pprotect keyring rm` removes it.");
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    prompter.note(`pprotect: warning: the passphrase was not saved: ${error.message}`);
  }
}

/** Fingerprints that are remembered. */
const MAX_DECLINED = 1_000;
const MAX_BYTES = 128 * 1024;

function declinedFile(): string {
  return join(stateDirectory(process.env), "keyring-declined");
}

/** The keys for which the user wants nothing in the keyring, by their fingerprints. */
function declined(): readonly string[] {
  try {
    const bytes = readBounded(declinedFile(), declinedFile(), MAX_BYTES);
    return (bytes && decodeUtf8(bytes))?.split("\n").filter(Boolean) ?? [];
  } catch {
    return [];
  }
}

function wasDeclined(pwdkm: string): boolean {
  return declined().includes(custodianFingerprint(pwdkm));
}

/** Remembers that the user wants no entry for a key: it is not offered again. */
export function rememberDeclined(pwdkm: string): void {
  const fingerprints = [...new Set([...declined(), custodianFingerprint(pwdkm)])].slice(-MAX_DECLINED);
  try {
    mkdirSync(stateDirectory(process.env), { recursive: true, mode: 0o700 });
    writeAtomically(declinedFile(), `${fingerprints.join("\n")}\n`, OWN_FILE);
  } catch (error) {
    reportFallback(
      `the answer is not remembered (${error instanceof Error ? error.message : "unknown error"})`,
    );
  }
}
