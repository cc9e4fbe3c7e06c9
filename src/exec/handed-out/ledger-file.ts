import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { OWN_FILE, writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { withLock } from "../../system/file-lock.ts";
import { pathMayExist } from "../../system/if-there.ts";
import { processFinder } from "../../system/pid-namespace.ts";
import { readRegularText } from "../../system/read-regular-file.ts";
import { EMPTY_LEDGER, isLedger, type Ledger, pruned } from "./ledger.ts";

/** The lock is on the whole state directory: the access log is not to be written within `change`. */
const PATIENCE = { timeout: 15_000, quiet: 15_000, onWait: () => undefined };

/**
 * Changes the ledger of what was handed out, while no other pprotect does. What has ended is left out first.
 *
 * @param change returns the new ledger
 * @throws PprotectError `file_error`; `store_locked` when another pprotect has it for too long
 */
export async function changeLedger(
  stateDirectory: string,
  change: (ledger: Ledger) => Ledger,
): Promise<Ledger> {
  const path = ledgerPath(stateDirectory);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError("make the directory", dirname(path), error, {
      fix: "$XDG_STATE_HOME names another place for it",
    });
  }
  return withLock(path, PATIENCE, () => {
    const before = readLedger(stateDirectory);
    const after = change(before);
    const sync = outlastsCrash(before) || outlastsCrash(after);
    if (after !== before) writeAtomically(path, `${JSON.stringify(after)}\n`, OWN_FILE, { sync });
    return after;
  });
}

/** Programs end when the system crashes: a ledger of nothing else need not be on the disk by then. */
function outlastsCrash({ files, shown }: Ledger): boolean {
  return files.length + shown.length > 0;
}

/** The ledger as it is now, without what has ended. @throws PprotectError `file_error` */
export function readLedger(stateDirectory: string): Ledger {
  const path = ledgerPath(stateDirectory);
  try {
    const text = readRegularText(path);
    // A crash of the system left it so.
    if (text === "") return EMPTY_LEDGER;
    const ledger: unknown = JSON.parse(text);
    const find = processFinder();
    if (isLedger(ledger)) return pruned(ledger, (program) => find(program) === "ended", pathMayExist);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return EMPTY_LEDGER;
    if (!(error instanceof SyntaxError)) throw fileError("read", path, error);
  }
  throw new PprotectError(
    "file_error",
    `${escapeUnprintable(path)}, which lists what was handed out, is damaged`,
    "end the programs that run with secrets yourself, and remove it",
  );
}

/** Where the ledger is. */
export function ledgerPath(stateDirectory: string): string {
  return join(stateDirectory, "handed-out.json");
}
