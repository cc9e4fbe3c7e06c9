import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { PprotectError } from "../../common/errors.ts";
import { writeError } from "../report/output.ts";
import { ControllingTerminal, LOOK } from "./controlling-terminal.ts";
import { endOfInput, type InputPrompter } from "./input-prompter.ts";

/** Asks at the terminal that standard input is. */
export function standardPrompter(): InputPrompter {
  return new TerminalPrompter(STANDARD_STREAMS);
}

/** Asks at the controlling terminal. @returns `undefined` without one */
export function controllingPrompter(): InputPrompter | undefined {
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
