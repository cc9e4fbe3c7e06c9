import { readSync } from "node:fs";
import { wipe } from "../../crypto/bytes.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { writeError } from "../report/output.ts";
import { endOfInput, type InputPrompter } from "./input-prompter.ts";

/**
 * Answers from a pipe or file. Each question reads one line byte by byte, so that the rest is left for a value, or for
 * the program that `exec` runs.
 */
export class LinePrompter implements InputPrompter {
  readonly atTerminal = false;

  async ask(question: string): Promise<string> {
    return this.#line(question);
  }

  async askHidden(question: string): Promise<string> {
    return this.#line(question);
  }

  note(message: string): void {
    writeError(`${message}\n`);
  }

  hasMore(): boolean {
    return false;
  }

  async throwIfInterrupted(): Promise<void> {
    // Without a terminal, Ctrl-C is a signal and ends the process.
  }

  close(): void {
    // Nothing is held.
  }

  #line(question: string): string {
    writeError(question);
    const line = readLine();
    writeError("\n");
    if (line === undefined) throw endOfInput(question);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }
}

const NEWLINE = 10;
const one = new Uint8Array(1);

/** One line of standard input without its end, or nothing at the end of the input. */
function readLine(): string | undefined {
  let bytes = new Uint8Array(256);
  let length = 0;
  let next = readByte();
  if (next === undefined) return undefined;
  for (; next !== undefined && next !== NEWLINE; next = readByte()) {
    if (length === bytes.length) bytes = enlarged(bytes);
    bytes[length++] = next;
  }
  const line = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, length));
  wipe(bytes);
  return line;
}

function enlarged(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(2 * bytes.length);
  larger.set(bytes);
  wipe(bytes);
  return larger;
}

/** The next byte of standard input, or nothing at its end. */
function readByte(): number | undefined {
  for (;;) {
    try {
      return readSync(0, one) === 1 ? one[0] : undefined;
    } catch (error) {
      const code = errnoOf(error);
      // Another process may have made the pipe non-blocking.
      if (code === "EAGAIN") Bun.sleepSync(1);
      else if (code === "EOF" || code === "EBADF") return undefined;
      else throw fileError("read", "standard input", error);
    }
  }
}
