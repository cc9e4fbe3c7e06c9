import {
  chownSync,
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { LARGER_THAN_MAX, MAX_FILE_BYTES } from "./bounded-read.ts";
import { fileError } from "./file-error.ts";
import { systemPath } from "./path-text.ts";

/** A file's permissions and owner. */
export type Ownership = Pick<Stats, "mode" | "uid" | "gid">;

/** Readable and writable by this user alone, whatever the umask and the directory allow: for {@link writeAtomically}. */
export const OWN_FILE: Ownership = {
  mode: 0o600,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
};

/** What is written: as a whole, or in the pieces that it is made of. */
export type Content = string | Uint8Array | ((write: (piece: string) => void) => void);

/** The most that is written at once, in bytes, but for longer pieces. */
const SIZE = 1 << 16;
/** Bytes of a character, as JavaScript counts them, in UTF-8. */
const MOST_BYTES = 3;

const TEMPORARY_SUFFIX = ".pprotect-tmp";

/**
 * Replaces a file atomically: a reader sees the old content or the new one, never a mix, even if this process is
 * killed (temporary file beside it, fsync, rename, fsync of the directory). Call it under the lock only: it removes
 * the temporary files of killed writers.
 *
 * @param file a path that is not a symbolic link
 * @param replaced mode and owner of the file that is replaced, to be kept; `undefined` for a new file
 * @param options.sync whether it has to outlast a crash of the system; without, such a crash may leave the file empty
 * @throws PprotectError `file_error`, also for more than {@link MAX_FILE_BYTES}, which no command could read again; the
 *   file is then unchanged
 */
export function writeAtomically(
  file: string,
  content: Content,
  replaced: Ownership | undefined,
  { sync = true } = {},
): void {
  const directory = dirname(file);
  const temporary = temporaryPath(file);
  try {
    removeLeftovers(directory, basename(file));
    writeThrough(temporary, file, content, replaced, sync);
    renameSync(systemPath(temporary), systemPath(file));
  } catch (error) {
    discard(temporary);
    if (error instanceof PprotectError) throw error;
    throw fileError("write", file, error, { effect: "nothing was changed" });
  }
  if (sync) syncDirectory(directory);
}

/**
 * Where this process writes a file's new content before it renames it over the file: hidden.
 * @param directory on the file's file system: beside the file by default
 */
export function temporaryPath(file: string, directory = dirname(file)): string {
  return join(directory, `.${basename(file)}.${process.pid}${TEMPORARY_SUFFIX}`);
}

function writeThrough(
  path: string,
  file: string,
  content: Content,
  replaced: Ownership | undefined,
  sync: boolean,
): void {
  const descriptor = openSync(systemPath(path), "wx", 0o666);
  try {
    if (typeof content === "function") writePieces(descriptor, content);
    else writeFileSync(descriptor, content);
    if (fstatSync(descriptor).size > MAX_FILE_BYTES) throw tooLarge(file);
    if (replaced) {
      fchmodSync(descriptor, replaced.mode & 0o7777);
      keepOwner(path, replaced);
    }
    if (sync) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function tooLarge(file: string): PprotectError {
  return new PprotectError(
    "file_error",
    `cannot write ${escapeUnprintable(file)}: it would be ${LARGER_THAN_MAX}; nothing was changed`,
  );
}

/** Each piece goes into the same memory: to join them first would leave a copy of the whole file as garbage. */
function writePieces(descriptor: number, content: Extract<Content, (...args: never) => void>): void {
  const bytes = Buffer.allocUnsafeSlow(SIZE);
  let length = 0;
  const flush = (): void => {
    writeFileSync(descriptor, bytes.subarray(0, length));
    length = 0;
  };
  content((piece) => {
    const most = MOST_BYTES * piece.length;
    if (length + most > SIZE) flush();
    if (most > SIZE) writeFileSync(descriptor, piece);
    else length += bytes.write(piece, length);
  });
  flush();
}

/** Removes a temporary file, if it was created at all. The error before this one is the one to report. */
function discard(path: string): void {
  try {
    rmSync(systemPath(path), { force: true });
  } catch {
    // The next writer removes it.
  }
}

/** Only root may change a file's owner; for other users the new file has the right one already. */
function keepOwner(path: string, { uid, gid }: Ownership): void {
  if (process.getuid?.() === 0 && (uid !== 0 || gid !== 0)) chownSync(systemPath(path), uid, gid);
}

function removeLeftovers(directory: string, name: string): void {
  const start = `.${name}.`;
  for (const entry of readdirSync(systemPath(directory))) {
    if (!entry.startsWith(start) || !entry.endsWith(TEMPORARY_SUFFIX)) continue;
    // Only a process id between them: anything longer belongs to a file with another name.
    if (!/^\d+$/.test(entry.slice(start.length, -TEMPORARY_SUFFIX.length))) continue;
    rmSync(systemPath(join(directory, entry)), { force: true });
  }
}

/** Flushes the rename itself. Some file systems cannot sync a directory; the content is safe either way. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = openSync(systemPath(directory), "r");
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The rename is done; only its durability over a power cut is less sure.
  }
}
