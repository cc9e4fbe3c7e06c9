import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { PprotectError } from "../../common/errors.ts";
import { stopSelf } from "../../system/stop-self.ts";
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
  #input: NodeJS.ReadStream | undefined;
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
    this.#input = this.#streams.openInput();
    const opened = createInterface({
      input: this.#input,
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
    opened.on("SIGTSTP", () => this.#suspend());
    // SIGSTOP can come from anywhere, and a shell leaves the terminal with echo after it.
    if (process.platform !== "win32") process.on("SIGCONT", this.#resume);
    opened.on("close", () => this.#end(endOfInput(this.#asked)));
    return opened;
  }

  /** Ctrl-Z: stops our process group, as the terminal does without us. Its echo is back until we are continued. */
  #suspend(): void {
    this.#input?.setRawMode(false);
    stopSelf("group");
    // The kernel ignores the signal where no shell could continue us: then we go on.
    this.#input?.setRawMode(true);
  }

  /** Hides the keys again, and asks again: what was typed before is discarded, as a terminal does. */
  readonly #resume = (): void => {
    this.#input?.setRawMode(false);
    this.#input?.setRawMode(true);
    if (!this.#waiting || !this.#interface) return;
    const shows = this.#echo;
    this.#echo = false;
    for (const name of ["e", "u"]) this.#interface.write("", { ctrl: true, name });
    this.#prompt(shows);
  };

  /** Shows the question. @param echo whether the keys of the answer are shown */
  #prompt(echo: boolean): void {
    this.#echo = true;
    this.#interface?.prompt();
    this.#echo = echo;
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
    process.off("SIGCONT", this.#resume);
    this.#interface?.close();
    this.#streams.close();
  }

  async #question(question: string, echo: boolean): Promise<string> {
    this.#asked = question;
    this.#interface ??= this.#open();
    this.#interface.setPrompt(question);
    this.#prompt(echo);
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
