import { PprotectError } from "../../common/errors.ts";
import { writeError, writeLine } from "../report/output.ts";

const RULE = "=".repeat(72);

/**
 * Shows a generated raw key, once. Only the key goes to standard output, so that a script can read it; the text around
 * it goes to standard error.
 *
 * @throws PprotectError `aborted` unless it is confirmed as saved
 */
export async function showRawKey(
  key: string,
  confirmed: boolean,
  ask: (question: string) => Promise<string>,
): Promise<void> {
  writeError(`\n${RULE}\n  GENERATED RAW KEY (copy this now, it will not be shown again):\n\n`);
  writeLine(key);
  writeError(
    "\n  Store this key securely. It is your passphrase.\n" +
      `  LOSS OF THIS KEY MEANS LOSS OF CUSTODIAN ACCESS.\n${RULE}\n\n`,
  );
  if (confirmed) return;
  const answer = await ask("Have you saved the key? Type YES to confirm: ");
  if (answer.trim() !== "YES")
    throw new PprotectError("aborted", "the key was not confirmed; nothing was changed");
}
