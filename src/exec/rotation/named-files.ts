import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { fileError } from "../../system/file-error.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";

/** A file that a command names. */
export interface NamedFile {
  readonly path: string;
  /** Of its content, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
  /** Its content; nothing for one that is no text or too long to be read by a person. */
  readonly text: string | undefined;
}

/** Bytes that a person would look at. */
const MAX_TEXT = 256 * 1024;
/** Bytes: more is no program, and reading it would take minutes. */
const MAX_FILE = 1024 * 1024 * 1024;
/** Files of the kernel: what they have changes by itself. */
const KERNEL_FILE = /^\/(?:proc|sys|dev)\//;

/**
 * The files that commands name, in the order of the words: relative to the directory in which they run, and to every directory that
 * they name, as in `cd scripts && ./rotate`.
 *
 * @throws PprotectError `file_error` for a file that cannot be read
 */
export function namedFiles(directory: string, commands: readonly string[]): readonly NamedFile[] {
  const paths = new Set(commands.flatMap((command) => pathsIn(directory, command)));
  return [...paths].filter((path) => kindOf(path) === "file").map(readNamed);
}

function pathsIn(directory: string, command: string): readonly string[] {
  const words = [...new Set(command.split(/[\s'"`;|&<>()$={}]+/))].filter((word) => word !== "");
  const start = words.map((word) => resolve(directory, word));
  const directories = [directory, ...start.filter((path) => kindOf(path) === "directory")];
  return [...new Set(directories)].flatMap((each) => words.map((word) => resolve(each, word)));
}

function kindOf(path: string): "file" | "directory" | undefined {
  try {
    if (KERNEL_FILE.test(realpathOfExistingPrefix(path))) return undefined;
    const descriptor = opened(path);
    try {
      const stats = fstatSync(descriptor);
      return stats.isFile() ? "file" : stats.isDirectory() ? "directory" : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

/** Without O_NONBLOCK, opening a named pipe would wait for a writer. */
function opened(path: string): number {
  return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

function readNamed(path: string): NamedFile {
  const hash = createHash("sha256");
  const chunk = Buffer.alloc(1024 * 1024);
  const start: Buffer[] = [];
  let bytes = 0;
  try {
    const descriptor = opened(path);
    try {
      for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
        hash.update(chunk.subarray(0, read));
        if (bytes <= MAX_TEXT) start.push(Buffer.from(chunk.subarray(0, read)));
        bytes += read;
        if (bytes > MAX_FILE) throw tooLarge(path);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw error instanceof PprotectError ? error : fileError("read", path, error);
  }
  const content = Buffer.concat(start);
  const isText = bytes <= MAX_TEXT && !content.includes(0);
  return { path, sha256: hash.digest("hex"), bytes, text: isText ? content.toString("utf8") : undefined };
}

function tooLarge(path: string): PprotectError {
  return new PprotectError(
    "file_error",
    `cannot read ${escapeUnprintable(path)}, which a command of .pprotect.yaml names: larger than 1 GiB`,
  );
}
