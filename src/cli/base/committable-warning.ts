import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { couldBeCommitted } from "../../git/ignored.ts";

const warned = new Set<string>();

/** Warns, once, of a passphrase file that a commit could take. */
export async function warnOfCommittable(
  passphraseFile: string,
  warn: (message: string) => void,
): Promise<void> {
  if (warned.has(passphraseFile)) return;
  warned.add(passphraseFile);
  if (!(await couldBeCommitted(passphraseFile))) return;
  const shown = escapeUnprintable(passphraseFile);
  warn(
    `git does not ignore the passphrase file ${shown}, so it could be committed: move it out of the repository`,
  );
}
