import { readSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { PprotectError } from "../../common/errors.ts";
import type { Prompter } from "../../credentials/prompter.ts";
import { wipe } from "../../crypto/bytes.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { isTerminal } from "../../system/terminal.ts";
import { writeError } from "../report/output.ts";
import { ControllingTerminal, LOOK } from "./controlling-terminal.ts";

/** A {@link Prompter} that holds the terminal, or standard input, until it is closed. */
export interface InputPrompter extends Prompter {
  /** Whether there are lines, typed or pasted, that no question has taken yet. */
  hasMore(): boolean;
  /** Whether a person is asked, who may try again. */
  readonly atTerminal: boolean;
  /**
   * Reports a Ctrl-C that was pressed while the command was working.
   * @throws PprotectError `interrupted`
   */
  throwIfInterrupted(): Promise<void>;
  /** Restores the terminal. */
  close(): void;
}

/** Asks at the terminal; without one, each question takes a line of standard input. */
export function openPrompter(): InputPrompter {
  return isTerminal(0) ? new TerminalPrompter(STANDARD_STREAMS) : new LinePrompter();
}

/**
 * Asks at the terminal, for commands whose standard input is data.
 * @returns `undefined` without a terminal
 */
export function openTerminalPrompter(): InputPrompter | undefined {
  if (isTerminal(0)) return new TerminalPrompter(STANDARD_STREAMS);
  const terminal = openControllingTerminal();
  if (terminal === undefined) return undefined;
  return new TerminalPrompter({
    openInput: () => terminal as unknown as NodeJS.ReadStream,
    write: (text) => terminal.show(text),
    close: () => terminal.destroy(),
    pause: 2 * LOOK,
  });
}

function openControllingTerminal(): ControllingTerminal | undefined {
  try {
    return new ControllingTerminal();
  } catch {
    return undefined;
  }
}

/** Where a {@link TerminalPrompter} asks. */
interface TerminalStreams {
  readonly openInput: () => NodeJS.ReadStream;
  readonly write: (text: string) => void;
  readonly close: () => void;
  /** ms after which keys that are pending have been read. */
  readonly pause: number;
}

const STANDARD_STREAMS: TerminalStreams = {
  openInput: () => process.stdin,
  write: writeError,
  close: () => undefined,
  pause: 1,
};

const endOfInput = (question: string): PprotectError =>
  new PprotectError(
    "end_of_input",
    `the input ended at the question "${question.trim()}"; nothing was changed`,
  );

/**
 * One line editor for all questions of a command. What is typed ahead between two questions is kept. Keys are echoed
 * only while a question that shows its answer is open.
 */
class TerminalPrompter implements InputPrompter {
  readonly atTerminal = true;
  readonly #streams: TerminalStreams;
  #interface: Interface | undefined;
  #echo = false;
  readonly #lines: string[] = [];
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;
  #asked = "";

  constructor(streams: TerminalStreams) {
    this.#streams = streams;
  }

  /** Takes the terminal at the first question: what is typed before that is for the program that reads after us. */
  #open(): Interface {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (this.#echo) this.#streams.write(chunk.toString());
        done();
      },
    });
    const opened = createInterface({
      input: this.#streams.openInput(),
      output,
      terminal: true,
      historySize: 0,
    });
    opened.on("line", (line) => {
      // A pasted next line answers another question, perhaps a hidden one.
      this.#echo = false;
      if (this.#waiting) this.#answer((waiting) => waiting.resolve(line));
      else this.#lines.push(line);
    });
    opened.on("SIGINT", () =>
      this.#end(new PprotectError("interrupted", "interrupted; nothing was changed")),
    );
    // Ctrl-Z does nothing at a prompt: stopped in raw mode, the runtime would not continue to read after `fg`.
    opened.on("SIGTSTP", () => undefined);
    opened.on("close", () => this.#end(endOfInput(this.#asked)));
    return opened;
  }

  ask(question: string): Promise<string> {
    return this.#question(question, true);
  }

  askHidden(question: string): Promise<string> {
    return this.#question(question, false);
  }

  note(message: string): void {
    this.#streams.write(`${message}\n`);
  }

  hasMore(): boolean {
    return this.#lines.length > 0;
  }

  async throwIfInterrupted(): Promise<void> {
    // If the terminal was not taken, Ctrl-C is a signal and has ended the process.
    if (!this.#interface) return;
    // In which pending keys are read.
    await Bun.sleep(this.#streams.pause);
    if (this.#ended instanceof PprotectError && this.#ended.code === "interrupted") throw this.#ended;
  }

  close(): void {
    this.#interface?.close();
    this.#streams.close();
  }

  async #question(question: string, echo: boolean): Promise<string> {
    this.#asked = question;
    this.#interface ??= this.#open();
    this.#interface.setPrompt(question);
    this.#echo = true;
    this.#interface.prompt();
    this.#echo = echo;
    try {
      const line = this.#lines.shift() ?? (await this.#nextLine());
      if (!echo) this.#streams.write("\n");
      return line;
    } catch (error) {
      this.#streams.write("\n");
      throw error;
    } finally {
      this.#echo = false;
    }
  }

  #nextLine(): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#ended) reject(this.#ended);
      else this.#waiting = { resolve, reject };
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#answer((waiting) => waiting.reject(this.#ended ?? error));
  }

  #answer(how: (waiting: { resolve(line: string): void; reject(error: Error): void }) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) how(waiting);
  }
}

/**
 * Answers from a pipe or file. Each question reads one line byte by byte, so that the rest is left for a value, or for
 * the program that `exec` runs.
 */
class LinePrompter implements InputPrompter {
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
