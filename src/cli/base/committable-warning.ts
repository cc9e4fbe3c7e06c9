import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { AGE_START_BYTES, isAgeFile } from "../../crypto/age-format.ts";
import { couldBeCommitted } from "../../git/ignored.ts";
import { isNamedPipe } from "../../system/named-pipe.ts";
import { readStart } from "../../system/read-start.ts";

const warned = new Set<string>();

/** Warns, once, of a passphrase file in plain text that a commit could take. */
export async function warnOfCommittable(
  passphraseFile: string,
  warn: (message: string) => void,
): Promise<void> {
  if (warned.has(passphraseFile)) return;
  warned.add(passphraseFile);
  // Git does not track pipes, and this one has been read already.
  if (isNamedPipe(passphraseFile)) return;
  if (!(await couldBeCommitted(passphraseFile))) return;
  if (isAgeFile(readStart(passphraseFile, AGE_START_BYTES))) return;
  const shown = escapeUnprintable(passphraseFile);
  warn(
    `git does not ignore the passphrase file ${shown}, so it could be committed: move it out of the repository`,
  );
}
