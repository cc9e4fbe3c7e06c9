import { binary } from "./binary.ts";
import { cleanEnvironment, type RunOptions } from "./run.ts";
import { until } from "./until.ts";

/** ms without output after a program's end, where another process keeps the terminal open. */
const LINGER_MS = 500;

/** A terminal's modes (termios flags): echo, line editing and the like. */
export type TerminalModes = Readonly<Record<"input" | "output" | "local" | "control", number>>;

/** A program at a real pseudo-terminal. */
export interface TerminalSession {
  /** All the text that the terminal has shown so far, without colours and cursor movements. */
  readonly screen: () => string;
  /** The same with all that it was told. */
  readonly raw: () => string;
  /** Waits until `text` stands on the screen, after all that was waited for before. */
  waitFor(text: string): Promise<void>;
  /** Keys, as typed. */
  type(keys: string): void;
  /** Gives the terminal another size, and tells the program. */
  resize(columns: number, rows: number): void;
  /** The terminal goes away, as when its window is closed. */
  hangUp(): void;
  /** Sends the program a signal. */
  kill(signal: NodeJS.Signals): void;
  /** {@link waitFor} and {@link type} with Return. */
  answer(question: string, line: string): Promise<void>;
  /** The terminal's modes before the program started. */
  readonly modesBefore: TerminalModes;
  /** The terminal's modes now, or as they were at the program's end. */
  modes(): TerminalModes;
  /** The exit status, when the program has ended. */
  readonly exited: Promise<number>;
  /** The program's process id. */
  readonly pid: number;
}

export interface TerminalOptions extends RunOptions {
  /** How wide the terminal is. */
  readonly columns?: number;
}

export const CTRL_C = "\x03";
export const CTRL_D = "\x04";
export const CTRL_Z = "\x1a";
export const CTRL_BACKSLASH = "\x1c";

/** Starts the compiled binary at a terminal of its own. */
export function atTerminal(args: readonly string[], options: TerminalOptions): TerminalSession {
  return programAtTerminal([binary(), ...args], options);
}

/** Starts any program at a terminal of its own. */
export function programAtTerminal(
  command: readonly string[],
  { cwd, env, columns = 200 }: TerminalOptions,
): TerminalSession {
  const decoder = new TextDecoder();
  let shown = "";
  let seen = 0;
  const modesBefore = freshModes();
  const atEnd = Promise.withResolvers<void>();
  const child = Bun.spawn([...command], {
    cwd,
    env: cleanEnvironment(cwd, { TERM: "xterm-256color", ...env }),
    // Given like this, and not as a `Bun.Terminal`, it becomes the one whose Ctrl-C is a signal.
    terminal: {
      cols: columns,
      rows: 50,
      data: (_terminal, data) => {
        shown += decoder.decode(data, { stream: true });
      },
      exit: () => atEnd.resolve(),
    },
  });
  const { terminal } = child;
  if (!terminal) throw new Error("no terminal");
  let modes = modesBefore;
  const session: TerminalSession = {
    screen: () => Bun.stripANSI(shown),
    raw: () => shown,
    async waitFor(text) {
      await until(
        () => shown.includes(text, seen),
        () => `"${text}" did not come to the screen, which has ${JSON.stringify(shown)},`,
      );
      seen = shown.indexOf(text, seen) + text.length;
    },
    type(keys) {
      terminal.write(keys);
    },
    pid: child.pid,
    resize: (columns, rows) => terminal.resize(columns, rows),
    hangUp: () => terminal.close(),
    kill: (signal) => child.kill(signal),
    modesBefore,
    modes: () => (terminal.closed ? modes : modesOf(terminal)),
    async answer(question, line) {
      await session.waitFor(question);
      session.type(`${line}\r`);
    },
    exited: child.exited.then(async (status) => {
      // What the program wrote last may still be on its way through the terminal.
      await Promise.race([atEnd.promise, isQuiet(() => shown.length)]);
      if (!terminal.closed) modes = modesOf(terminal);
      terminal.close();
      return status;
    }),
  };
  return session;
}

/** Waits until no output came between two looks; twice, since this process may have had no time to read before the first. */
async function isQuiet(length: () => number): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const before = length();
    await Bun.sleep(LINGER_MS);
    quiet = length() === before ? quiet + 1 : 0;
  }
}

/** Gives each of some questions its answer, in their order. */
export async function answerAll(
  session: TerminalSession,
  answers: readonly (readonly [question: string, line: string])[],
): Promise<void> {
  for (const [question, line] of answers) await session.answer(question, line);
}

/** The modes of a terminal that nobody has touched: a started program may have done so before we can look. */
function freshModes(): TerminalModes {
  const terminal = new Bun.Terminal({});
  const modes = modesOf(terminal);
  terminal.close();
  return modes;
}

function modesOf(terminal: Bun.Terminal): TerminalModes {
  return {
    input: terminal.inputFlags,
    output: terminal.outputFlags,
    local: terminal.localFlags,
    control: terminal.controlFlags,
  };
}
