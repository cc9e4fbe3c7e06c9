import { fstatSync, statSync, writeSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { isTerminal } from "../../system/terminal.ts";

/** Standard output was closed by its reader, as `head` does. It is not an error: there is nothing more to do. */
export class OutputClosedError extends Error {}

/** Writes data to standard output as it is. Bytes are overwritten afterwards. @throws OutputClosedError */
export function writeOut(data: string | Uint8Array): void {
  writeAll(1, data);
}

/** Writes one line of data. @throws OutputClosedError */
export function writeLine(text: string): void {
  writeOut(`${text}\n`);
}

/** Writes a line for each item. The whole text, which may be long, is never in memory. @throws OutputClosedError */
export function writeLines<Item>(items: Iterable<Item>, lineOf: (item: Item) => string): void {
  writePieces((write) => {
    for (const item of items) {
      write(`${lineOf(item)}\n`);
    }
  });
}

/** How much is written at once, in bytes. */
const PIECE = 1 << 16;

/**
 * Writes a text that is made in pieces. They are collected in one buffer: texts of texts would be garbage, several times as long
 * as what is written.
 *
 * @throws OutputClosedError
 */
export function writePieces(make: (write: (piece: string) => void) => void): void {
  const buffer = Buffer.alloc(PIECE);
  let used = 0;
  const flush = (): void => {
    writeOut(buffer.subarray(0, used));
    used = 0;
  };
  make((piece) => {
    // A UTF-16 code unit takes at most three bytes.
    if (used + 3 * piece.length > PIECE) flush();
    if (3 * piece.length > PIECE) writeOut(piece);
    else used += buffer.write(piece, used);
  });
  flush();
}

/** Whether standard output is discarded: when it is closed, the runtime opens the null device instead. */
export function outputIsDiscarded(): boolean {
  const output = fstatSync(1);
  const none = statSync("/dev/null", { throwIfNoEntry: false });
  return output.isCharacterDevice() && output.rdev === none?.rdev;
}

/** Writes messages and errors to standard error; when that is closed, they are dropped. */
export function writeError(text: string): void {
  try {
    writeAll(2, text);
  } catch (error) {
    if (!(error instanceof OutputClosedError || error instanceof PprotectError)) throw error;
  }
}

function writeAll(descriptor: number, data: string | Uint8Array): void {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  try {
    for (let written = 0; written < bytes.length; ) written += writeSome(descriptor, bytes, written);
  } finally {
    // It may be a secret.
    bytes.fill(0);
  }
}

/** @returns how many bytes were written, 0 when the reader is slow */
function writeSome(descriptor: number, bytes: Uint8Array, from: number): number {
  try {
    return writeSync(descriptor, bytes, from);
  } catch (error) {
    if (errnoOf(error) === "EPIPE" || errnoOf(error) === "EBADF") throw new OutputClosedError();
    if (errnoOf(error) !== "EAGAIN")
      throw fileError("write to", descriptor === 1 ? "standard output" : "standard error", error);
    Bun.sleepSync(1);
    return 0;
  }
}

/** Whether to colour standard error: only a terminal that is not dumb, and not if NO_COLOR is set. */
export function colorsWanted(): boolean {
  return isTerminal(2) && process.env.TERM !== "dumb" && !process.env.NO_COLOR;
}
