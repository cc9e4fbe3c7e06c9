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

/** The least that is written at once, in characters. */
const PIECE = 1 << 16;

/** Writes a line for each item. The whole text, which may be long, is never in memory. @throws OutputClosedError */
export function writeLines<Item>(items: Iterable<Item>, lineOf: (item: Item) => string): void {
  let piece = "";
  for (const item of items) {
    piece += `${lineOf(item)}\n`;
    if (piece.length < PIECE) continue;
    writeOut(piece);
    piece = "";
  }
  if (piece !== "") writeOut(piece);
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
