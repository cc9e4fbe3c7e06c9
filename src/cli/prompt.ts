import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { PprotectError } from "../common/errors.ts";
import type { Prompter } from "../credentials/prompter.ts";
import { writeError } from "./output.ts";

/** A {@link Prompter} that holds the terminal, or standard input, until it is closed. */
export interface InputPrompter extends Prompter {
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Asks at the terminal, or takes a line of standard input for each question where there is none. */
export function openPrompter(): InputPrompter {
  return process.stdin.isTTY ? new TerminalPrompter() : new LinePrompter();
}

const endOfInput = (question: string): PprotectError =>
  new PprotectError("end_of_input", `the input ended at the question "${question.trim()}"`);

/**
 * One line editor for all questions of a command. What is typed ahead between two questions is kept, and
 * nothing is echoed but while a question that shows its answer is open.
 */
class TerminalPrompter implements InputPrompter {
  readonly #interface: Interface;
  #echo = false;
  readonly #lines: string[] = [];
  #waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  #ended: Error | undefined;

  constructor() {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (this.#echo) writeError(chunk.toString());
        done();
      },
    });
    this.#interface = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
    this.#interface.on("line", (line) => {
      if (this.#waiting) this.#settle((waiting) => waiting.resolve(line));
      else this.#lines.push(line);
    });
    this.#interface.on("SIGINT", () =>
      this.#end(new PprotectError("interrupted", "interrupted; nothing was changed")),
    );
    this.#interface.on("close", () => this.#end(endOfInput("a prompt")));
  }

  ask(question: string): Promise<string> {
    return this.#question(question, true);
  }

  askHidden(question: string): Promise<string> {
    return this.#question(question, false);
  }

  note(message: string): void {
    writeError(`${message}\n`);
  }

  close(): void {
    this.#interface.close();
  }

  async #question(question: string, echo: boolean): Promise<string> {
    this.#interface.setPrompt(question);
    this.#echo = true;
    this.#interface.prompt();
    this.#echo = echo;
    try {
      const line = this.#lines.shift() ?? (await this.#nextLine());
      if (!echo) writeError("\n");
      return line;
    } catch (error) {
      writeError("\n");
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
    this.#settle((waiting) => waiting.reject(this.#ended ?? error));
  }

  #settle(how: (waiting: { resolve(line: string): void; reject(error: Error): void }) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) how(waiting);
  }
}

/** Answers from a pipe or file: each question takes one line. */
class LinePrompter implements InputPrompter {
  readonly #chunks = Bun.stdin.stream().getReader();
  readonly #decoder = new TextDecoder();
  #buffer = "";
  #ended = false;

  ask(question: string): Promise<string> {
    return this.#line(question);
  }

  askHidden(question: string): Promise<string> {
    return this.#line(question);
  }

  note(message: string): void {
    writeError(`${message}\n`);
  }

  close(): void {
    void this.#chunks.cancel().catch(() => undefined);
  }

  async #line(question: string): Promise<string> {
    writeError(question);
    let end = this.#buffer.indexOf("\n");
    while (end === -1 && !this.#ended) {
      await this.#fill();
      end = this.#buffer.indexOf("\n");
    }
    writeError("\n");
    if (end === -1 && this.#buffer === "") throw endOfInput(question);
    const line = end === -1 ? this.#buffer : this.#buffer.slice(0, end);
    this.#buffer = end === -1 ? "" : this.#buffer.slice(end + 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#chunks.read();
    this.#ended = done;
    this.#buffer += done ? this.#decoder.decode() : this.#decoder.decode(value, { stream: true });
  }
}
