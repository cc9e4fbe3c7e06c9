import { accessSync, constants, fstatSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { isAgeFile } from "../crypto/age-format.ts";
import { wipe } from "../crypto/bytes.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { isNamedPipe, readNamedPipe } from "../system/named-pipe.ts";
import { withInput } from "../system/open-input.ts";
import { absolutePath, systemPath } from "../system/path-text.ts";
import { readChunks } from "../system/read-start.ts";
import type { AgeContext } from "./age-passphrase.ts";

/** More than any passphrase has. */
const MAX_BYTES = 1024 * 1024;

/** What a passphrase file holds: the passphrase, or what age made of it. */
export type PassphraseFile = { readonly passphrase: string } | { readonly encrypted: Uint8Array };

/** How a passphrase file is read. */
export interface PassphraseFileContext extends AgeContext {
  /** Gets a line if other users of the machine can read the file, and this user could change that. */
  readonly warn: (message: string) => void;
}

/**
 * The passphrase in a file; one that age encrypted is decrypted.
 * @throws PprotectError as {@link readPassphraseFile} and `decryptPassphrase`
 */
export async function passphraseFromFile(path: string, context: PassphraseFileContext): Promise<string> {
  const file = readPassphraseFile(path, context.warn);
  if ("passphrase" in file) return file.passphrase;
  const { decryptPassphrase } = await import("./age-passphrase.ts");
  return passphraseIn(await decryptPassphrase(file.encrypted, path, context), path);
}

/**
 * Reads a passphrase from a file and trims white space: editors and `echo` add a line end. What age encrypted, by its
 * first line or by the name's `.age`, is not decrypted yet.
 *
 * @param warn gets a line if other users of the machine can read the file, and this user could change that
 * @throws PprotectError `file_error`; `invalid_passphrase` when it is not UTF-8, or not what its name says
 */
export function readPassphraseFile(path: string, warn: (message: string) => void): PassphraseFile {
  const { bytes, readableByOthers } = read(path);
  if (bytes.length > MAX_BYTES) throw tooLarge(path);
  if (isAgeFile(bytes)) return { encrypted: bytes };
  if (path.endsWith(".age")) {
    wipe(bytes);
    throw new PprotectError(
      "invalid_passphrase",
      `${escapeUnprintable(path)} is not encrypted with age, as its name says`,
      "give the file another name if it is a passphrase in plain text",
    );
  }
  const passphrase = passphraseIn(bytes, path);
  if (readableByOthers) {
    const file = shellWord(path);
    warn(`other users can read the passphrase file: run \`chmod 600 ${escapeUnprintable(file)}\``);
  }
  return { passphrase };
}

function passphraseIn(bytes: Uint8Array, path: string): string {
  const text = decodeUtf8(bytes);
  wipe(bytes);
  if (text !== undefined) return text.trim();
  throw new PprotectError(
    "invalid_passphrase",
    `the passphrase in ${escapeUnprintable(path)} is not UTF-8 text`,
  );
}

interface FileContent {
  readonly bytes: Uint8Array;
  readonly readableByOthers: boolean;
}

/** Reads a named pipe, and does not wait forever for a process that writes to it. @throws PprotectError `file_error` */
function readPipe(path: string): FileContent {
  const bytes = readNamedPipe(path, MAX_BYTES + 1);
  if (bytes) return { bytes, readableByOthers: false };
  throw new PprotectError(
    "file_error",
    `cannot read the passphrase from ${escapeUnprintable(path)}: no process writes to this named pipe`,
    "start the program that writes to it first",
  );
}

/** Reads and examines the file through one descriptor, so that both see the same file. */
function read(path: string): FileContent {
  try {
    if (isNamedPipe(path)) return readPipe(path);
    return withInput(path, (descriptor) => {
      const bytes = readChunks(descriptor, MAX_BYTES + 1);
      return { bytes, readableByOthers: isReadableByOthers(descriptor, path) };
    });
  } catch (error) {
    throw error instanceof PprotectError ? error : fileError("read the passphrase from", path, error);
  }
}

function tooLarge(path: string): PprotectError {
  return new PprotectError("invalid_passphrase", `${escapeUnprintable(path)} is too large for a passphrase`);
}

/** Read permission for the group and for others. */
const READ_BY_OTHERS = 0o044;

/**
 * Whether a file's mode lets other users read it and `chmod` would help. It would not for a pipe or a descriptor, for
 * another user's file, or on a read-only mount, such as the secrets of Docker and Kubernetes (mode 0444).
 */
function isReadableByOthers(descriptor: number, path: string): boolean {
  if (process.platform === "win32") return false;
  const stats = fstatSync(descriptor);
  if (!stats.isFile() || (stats.mode & READ_BY_OTHERS) === 0) return false;
  if (stats.uid !== process.getuid?.() || /^\/(?:dev|proc)\//.test(absolutePath(path))) return false;
  return !isReadOnlyMount(path);
}

function isReadOnlyMount(path: string): boolean {
  try {
    accessSync(systemPath(path), constants.W_OK);
    return false;
  } catch (error) {
    return errnoOf(error) === "EROFS";
  }
}
