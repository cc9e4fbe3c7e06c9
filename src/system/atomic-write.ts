import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileError } from "./file-error.ts";

const TEMPORARY_SUFFIX = ".pprotect-tmp";

/**
 * Replaces a file as a whole: whoever reads it sees the old content or the new one, whatever happens in
 * between (temporary file beside it, fsync, rename, fsync of the folder). To be called under the lock, which
 * is what allows it to clear away what a killed writer left.
 *
 * @param file a real path, no symbolic link
 * @param replaced the file's own mode and owner, kept; nothing for a new file
 * @throws PprotectError `file_error`; the file is then as it was
 */
export function writeAtomically(
  file: string,
  content: string | Uint8Array,
  replaced: Stats | undefined,
): void {
  const folder = dirname(file);
  const temporary = temporaryPath(file);
  try {
    removeLeftovers(folder, basename(file));
    writeThrough(temporary, content, replaced);
    renameSync(temporary, file);
  } catch (error) {
    discard(temporary);
    throw fileError("write", file, error, "nothing was changed");
  }
  syncFolder(folder);
}

/** Where this process writes a file's new content before it is renamed over the file: beside it, hidden. */
export function temporaryPath(file: string): string {
  return join(dirname(file), `.${basename(file)}.${process.pid}${TEMPORARY_SUFFIX}`);
}

function writeThrough(path: string, content: string | Uint8Array, replaced: Stats | undefined): void {
  const descriptor = openSync(path, "wx", 0o666);
  try {
    writeFileSync(descriptor, content);
    if (replaced) {
      fchmodSync(descriptor, replaced.mode & 0o7777);
      keepOwner(path, replaced);
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Where the file could not be made, it cannot be removed either: what counts is the error before. */
function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The next writer clears it away.
  }
}

/** Only root may give a file away; for everyone else the file is their own anyway. */
function keepOwner(path: string, { uid, gid }: Stats): void {
  if (process.getuid?.() === 0 && (uid !== 0 || gid !== 0)) chownSync(path, uid, gid);
}

function removeLeftovers(folder: string, name: string): void {
  const start = `.${name}.`;
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(start) || !entry.endsWith(TEMPORARY_SUFFIX)) continue;
    // Between them stands a process id; with more, it is another file's.
    if (!/^\d+$/.test(entry.slice(start.length, -TEMPORARY_SUFFIX.length))) continue;
    rmSync(join(folder, entry), { force: true });
  }
}

/** Makes the rename itself last; not every file system lets a folder be synced, and the content is safe already. */
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The rename is done; only its durability over a power cut is less sure.
  }
}
