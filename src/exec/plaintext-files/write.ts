import {
  closeSync,
  fchmodSync,
  fsyncSync,
  futimesSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { temporaryPath } from "../../system/atomic-write.ts";
import { fileError } from "../../system/file-error.ts";
import { realpathOfParent } from "../../system/real-path.ts";
import { movedWithStore } from "./moved-store.ts";
import { isAsWritten, type WrittenFile, withRecord } from "./record.ts";
import { removeOverwritten } from "./shred.ts";

/** Read and write for the owner only. */
const PRIVATE = 0o600;

/** Options for a file with secrets. */
export interface PrivateFileOptions {
  /** The store that the secrets come from. */
  readonly store: string;
  /** Replace a file even if we did not write it, or it was changed since. */
  readonly force: boolean;
  readonly onWait: (message: string) => void;
  /** Where the file is until it is complete, on the same file system; beside the file by default. */
  readonly incomplete?: string | undefined;
}

/**
 * Writes secrets to a file of mode 0600, atomically, and records it for `cleanup`.
 * @throws PprotectError `foreign_file` when the file exists and is not ours; `file_error`
 */
export async function writePrivateFile(
  path: string,
  content: string | Uint8Array,
  { store, force, onWait, incomplete }: PrivateFileOptions,
): Promise<void> {
  const target = realpathOfParent(path);
  const source = realpathOfParent(store);
  await withRecord(onWait, ({ files: recorded, save }) => {
    const files = recorded.map((each) => movedWithStore(each, source) ?? each);
    const known = files.find((each) => each.path === target);
    refuseForeign(path, target, known, force);
    if (known) removeOverwritten(known.temporary);
    const modified = Math.floor(Date.now() / 1000);
    const file: WrittenFile = {
      path: target,
      temporary: temporaryPath(target, incomplete),
      store: source,
      modified: [modified, ...(known?.modified ?? []).slice(0, 1)],
    };
    // Before the file is written, so that a killed process never leaves a file that is not on record.
    save([...files.filter((each) => each.path !== target), file]);
    replace(path, file, modified, content);
  });
}

function refuseForeign(path: string, target: string, known: WrittenFile | undefined, force: boolean): void {
  const stats = statusFor(path, target);
  if (!stats || (known && isAsWritten(known))) return;
  if (!stats.isFile()) {
    const kind = stats.isSymbolicLink() ? "is a symbolic link" : "is not a regular file";
    throw new PprotectError("foreign_file", `${displayName(path)} ${kind}; no secrets were written`);
  }
  if (force) return;
  throw new PprotectError(
    "foreign_file",
    known
      ? `${displayName(path)} was changed since pprotect wrote it`
      : `${displayName(path)} already exists, and pprotect did not write it`,
    "use --force to replace it",
  );
}

/** @throws PprotectError `file_error` */
function statusFor(path: string, target: string): Stats | undefined {
  try {
    return lstatSync(target, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError("write", path, error, { effect: "no secrets were written" });
  }
}

function replace(
  path: string,
  { path: target, temporary }: WrittenFile,
  modified: number,
  content: string | Uint8Array,
): void {
  try {
    const descriptor = openSync(temporary, "wx", PRIVATE);
    try {
      fchmodSync(descriptor, PRIVATE);
      writeFileSync(descriptor, content);
      futimesSync(descriptor, modified, modified);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileError("write", path, error, { effect: "nothing was changed" });
  }
}
