import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { pauseSync } from "../../common/pause.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { openRegularFile, readRegularFile } from "../../system/read-regular-file.ts";
import { parseEntry } from "./entry.ts";

/** How large a file of the log may become, in bytes, before a new one is begun, and how many old ones are kept. */
export interface LogSize {
  readonly bytes: number;
  readonly oldFiles: number;
}

export const DEFAULT_LOG_SIZE: LogSize = { bytes: 4 << 20, oldFiles: 4 };

/** How much of the file's end is read at first to find its last line. */
const FEWEST_BYTES = 4096;

export function accessLogPath(stateDirectory: string): string {
  return join(stateDirectory, "access.jsonl");
}

/** How often the log is read again, and the ms before each time. */
const RETRIES = { most: 100, pause: 1 };

/** A file of the log, by its path, and its text: whole lines, and what may come after the last of them. */
export type ReadLogFile = readonly [path: string, text: string];

/**
 * Reads the log. When a writer begins a new file meanwhile, it is read again: entries would seem to be missing.
 *
 * @returns its files, oldest first
 * @throws PprotectError `file_error`
 */
export function readAccessLog(
  stateDirectory: string,
  { oldFiles }: Pick<LogSize, "oldFiles"> = DEFAULT_LOG_SIZE,
): readonly ReadLogFile[] {
  const path = accessLogPath(stateDirectory);
  const paths = [...Array.from({ length: oldFiles }, (_, index) => oldPath(path, oldFiles - index)), path];
  for (let retries = 0; ; retries++) {
    const files = openEach(paths);
    try {
      if (retries === RETRIES.most || areTheLog(files, paths)) return files.flatMap(readOpen);
    } finally {
      closeEach(files);
    }
    pauseSync(RETRIES.pause);
  }
}

/** A file of the log that is open: while it is, no other file has its inode. */
interface OpenFile {
  readonly path: string;
  readonly descriptor: number;
}

/** The file at each path, where there is one. */
type OpenFiles = readonly (OpenFile | undefined)[];

/** @throws PprotectError `file_error` */
function openEach(paths: readonly string[]): OpenFiles {
  const files: (OpenFile | undefined)[] = [];
  try {
    for (const path of paths) files.push(openIfThere(path));
    return files;
  } catch (error) {
    closeEach(files);
    throw error;
  }
}

function closeEach(files: OpenFiles): void {
  for (const file of files) if (file) closeSync(file.descriptor);
}

/** @throws PprotectError `file_error` */
function openIfThere(path: string): OpenFile | undefined {
  try {
    return { path, descriptor: openRegularFile(path, { follow: false }) };
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

/**
 * Whether the open files were the whole log at one moment: none is missing after an older one, and each is still at its
 * path. A writer gives files other names while it begins a new one, and removes the oldest.
 *
 * @throws PprotectError `file_error`
 */
function areTheLog(files: OpenFiles, paths: readonly string[]): boolean {
  const first = files.findIndex((file) => file !== undefined);
  if (first !== -1 && files.indexOf(undefined, first) !== -1) return false;
  return files.every(
    (file, index) => inodeOf(paths[index] ?? "") === (file && fstatSync(file.descriptor).ino),
  );
}

/** @throws PprotectError `file_error` */
function inodeOf(path: string): number | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.ino;
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** @throws PprotectError `file_error` */
function readOpen(file: OpenFile | undefined): ReadLogFile[] {
  if (!file) return [];
  try {
    return [[file.path, readFileSync(file.descriptor, "utf8")]];
  } catch (error) {
    throw fileError("read", file.path, error);
  }
}

/** @throws PprotectError `file_error` */
function readLogFile(path: string): string {
  try {
    return readRegularFile(path, { follow: false }).toString("utf8");
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** @throws PprotectError `file_error` */
export function makeStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError("make the directory", directory, error, {
      fix: "$XDG_STATE_HOME names another place for it",
    });
  }
}

/** The log's current file, open under the lock. */
export class LogFile {
  readonly #path: string;
  #descriptor: number;

  /** @throws PprotectError `file_error`, also when it is a link or another user's */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = open(path);
  }

  get size(): number {
    return fstatSync(this.#descriptor).size;
  }

  /** The last line that is whole, and whether another is cut off after it. */
  end(): { readonly line: string | undefined; readonly cut: string } {
    const { size } = this;
    // Twice as much each time: a line names all the secrets that were opened, and may be megabytes long.
    for (let length = FEWEST_BYTES; ; length *= 2) {
      const start = Math.max(0, size - length);
      const tail = Buffer.alloc(size - start);
      readSync(this.#descriptor, tail, 0, tail.length, start);
      const last = tail.lastIndexOf("\n");
      const before = last <= 0 ? -1 : tail.lastIndexOf("\n", last - 1);
      if (before !== -1 || (start === 0 && last !== -1)) {
        return { line: tail.toString("utf8", before + 1, last), cut: tail.toString("utf8", last + 1) };
      }
      if (start === 0) return { line: undefined, cut: tail.toString("utf8") };
    }
  }

  /**
   * Appends text as a whole or not at all.
   * @param sync wait until it is on the disk
   * @throws PprotectError `file_error`
   */
  append(text: string, sync: boolean): void {
    const { size } = this;
    try {
      const bytes = Buffer.from(text, "utf8");
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
      if (sync) fsyncSync(this.#descriptor);
    } catch (error) {
      this.#cutTo(size);
      throw fileError("write", this.#path, error);
    }
  }

  /** Gives the file the name of an old one, those before it the next, and begins a new one. */
  rotate({ oldFiles }: LogSize): void {
    try {
      rmSync(oldPath(this.#path, oldFiles), { force: true });
      for (let index = oldFiles - 1; index > 0; index--) {
        moveIfThere(oldPath(this.#path, index), oldPath(this.#path, index + 1));
      }
      renameSync(this.#path, oldPath(this.#path, 1));
    } catch (error) {
      throw fileError("rotate", this.#path, error);
    }
    this.close();
    this.#descriptor = open(this.#path);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #cutTo(size: number): void {
    try {
      ftruncateSync(this.#descriptor, size);
    } catch {
      // A line that is cut off stays; the next writer begins a new one.
    }
  }
}

/** The line of the newest old file that the first line of a new one continues. */
export function lastOldLine(path: string): string | undefined {
  const old = oldPath(path, 1);
  if (!lstatSync(old, { throwIfNoEntry: false })) return undefined;
  return readLogFile(old)
    .split("\n")
    .findLast((line) => parseEntry(line) !== undefined);
}

function oldPath(path: string, index: number): string {
  return `${path}.${index}`;
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

function open(path: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
  let descriptor: number;
  try {
    // Without O_NONBLOCK a pipe in its place would be waited for.
    descriptor = openSync(path, flags | (constants.O_NONBLOCK ?? 0), 0o600);
  } catch (error) {
    throw fileError("open", path, error);
  }
  const stats = fstatSync(descriptor);
  const ours = process.platform === "win32" || stats.uid === process.geteuid?.();
  if (stats.isFile() && ours) {
    if (process.platform !== "win32" && (stats.mode & 0o077) !== 0) fchmodSync(descriptor, 0o600);
    return descriptor;
  }
  closeSync(descriptor);
  const what = stats.isFile() ? "another user's file" : "not a regular file";
  throw new PprotectError(
    "file_error",
    `cannot write ${escapeUnprintable(path)}, in ${escapeUnprintable(dirname(path))}: it is ${what}`,
  );
}
