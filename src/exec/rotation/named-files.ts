import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { compareCodePoints } from "../../common/code-points.ts";
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
  /** Its content; nothing for one that is not text, or too long for a person to read. */
  readonly text: string | undefined;
}

/** Bytes that a person would look at. */
const MAX_TEXT = 256 * 1024;
/** Bytes: a larger file is not a program that a person wrote, and reading it would take minutes. */
const MAX_FILE = 1024 * 1024 * 1024;
/** More than these no person looks at, and a pattern of many levels would take minutes. */
const MAX_PATHS = 10_000;
/** Files of the kernel: what they have changes by itself. */
const KERNEL_FILE = /^\/(?:proc|sys|dev)\//;

/**
 * The files that commands name, in the order of the words: relative to the directory in which they run, and to every directory that
 * they name, as in `cd scripts && ./rotate`. What is quoted may have spaces in it, and a pattern such as `scripts/rotate*` names
 * all that it matches.
 *
 * @throws PprotectError `file_error` for a file that cannot be read
 */
export function namedFiles(directory: string, commands: readonly string[]): readonly NamedFile[] {
  const paths = new Set(commands.flatMap((command) => pathsIn(directory, command)));
  return [...paths].filter((path) => kindOf(path) === "file").map(readNamed);
}

function pathsIn(directory: string, command: string): readonly string[] {
  const here = command.replace(/\$(?:PWD\b|\{PWD\}|\(pwd\))/g, ".");
  const words = [...new Set([...here.split(/[\s'"`;|&<>()$={}]+/), ...unquotedWords(here)])].filter(
    (word) => word !== "",
  );
  const start = words.flatMap((word) => matching(directory, word));
  const directories = new Set([directory, ...start.filter((path) => kindOf(path) === "directory")]);
  const paths = new Set<string>();
  for (const each of directories) {
    for (const word of words) for (const path of matching(each, word)) paths.add(path);
    if (paths.size > MAX_PATHS) throw tooMany();
  }
  return [...paths];
}

/** A part of a word as a shell reads it: in single quotes, in double quotes, after a backslash, or as it is. */
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\;|&<>()`=]+)/gsu;

/** The words of a command without their quotes (POSIX, Shell Command Language §2.2), and those of commands in them. */
function unquotedWords(command: string): readonly string[] {
  const words: string[] = [];
  let end = -1;
  for (const part of command.matchAll(PART)) {
    const [whole, single, double, escaped, plain] = part;
    const text = single ?? double?.replace(/\\([$`"\\\n])/g, "$1") ?? escaped ?? plain ?? "";
    if (part.index === end) words.push(`${words.pop() ?? ""}${text}`);
    else words.push(text);
    end = part.index + whole.length;
  }
  // `sh -c '"./my scripts/rotate"'` has a command in a word.
  const inner = words.filter((word) => word.length < command.length && /[\s'"\\]/.test(word));
  return [...words, ...inner.flatMap(unquotedWords)];
}

/** @returns the path that a word names, and those that match it as a pattern (POSIX, Shell Command Language §2.13) */
function matching(directory: string, word: string): readonly string[] {
  const path = resolve(directory, word);
  if (!/[*?[]/.test(word) || word.includes("\0")) return [path];
  // A shell has no `**`: here it would walk through all directories.
  const pattern = new Bun.Glob(word.replace(/^(?:\.\/+)+/, "").replace(/\*{2,}/g, "*"));
  const matches: string[] = [];
  try {
    for (const match of pattern.scanSync({ cwd: directory, onlyFiles: false, dot: true })) {
      matches.push(resolve(directory, match));
      if (matches.length > MAX_PATHS) break;
    }
  } catch {
    // What cannot be listed, a shell cannot list either.
  }
  if (matches.length > MAX_PATHS) throw tooMany();
  return [path, ...matches.toSorted(compareCodePoints)];
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

function tooMany(): PprotectError {
  return new PprotectError(
    "file_error",
    "a pattern in the commands of .pprotect.yaml names too many files to accept them",
    "name the files themselves",
  );
}

function tooLarge(path: string): PprotectError {
  return new PprotectError(
    "file_error",
    `cannot read ${escapeUnprintable(path)}, which a command of .pprotect.yaml names: larger than 1 GiB`,
  );
}
