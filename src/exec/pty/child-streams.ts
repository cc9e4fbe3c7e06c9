import { isSameFile } from "../../system/same-file.ts";
import { isTerminal } from "../../system/terminal.ts";
import {
  hasPseudoTerminals,
  isForeground,
  modesOf,
  openPipe,
  openPseudoTerminal,
  plainOutputModes,
} from "./terminal.ts";

/** The standard streams. */
export const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** A stream from the child, through a redactor, to one of our streams. */
export interface RedactedStream {
  readonly input: number;
  readonly output: number;
  readonly interactive: boolean;
}

/** The child's pseudo-terminal, and our terminal behind it. */
export interface ChildTerminal {
  readonly ours: number;
  /** Our end of the pseudo-terminal. */
  readonly master: number;
  /** Its path, if it is the child's controlling terminal, so that we must forward keys to it. */
  readonly controlling: string | undefined;
}

/** The child's output streams, and our ends of them. */
export interface ChildStreams {
  readonly stdout: number;
  readonly stderr: number;
  readonly terminal: ChildTerminal | undefined;
  readonly redacted: readonly RedactedStream[];
}

/**
 * Opens the child's streams: a pseudo-terminal where our stream is a terminal, otherwise a pipe. If our standard output
 * and standard error are the same file, so are the child's, to keep the order of what it writes.
 *
 * If our input and output are a terminal and we are its foreground, the pseudo-terminal becomes the child's controlling
 * terminal, in a session of its own. Otherwise the child stays in our session with our input, and only writes to the
 * pseudo-terminal: the keys may be meant for another program, such as `less` at the end of a pipeline.
 */
export function openStreams(): ChildStreams {
  const ours = hasPseudoTerminals ? [STDOUT, STDERR].find((each) => isTerminal(each)) : undefined;
  const terminal = ours === undefined ? undefined : openTerminal(ours);
  const open = (descriptor: number): Opened =>
    terminal && descriptor === ours ? terminal.opened : openPipeTo(descriptor);
  const out = open(STDOUT);
  const err = isSameFile(STDOUT, STDERR) ? out : open(STDERR);
  return {
    stdout: out.childEnd,
    stderr: err.childEnd,
    terminal: terminal?.terminal,
    redacted: [...new Set([out, err])].map(({ redacted }) => redacted),
  };
}

interface Opened {
  readonly childEnd: number;
  readonly redacted: RedactedStream;
}

function openTerminal(ours: number): { terminal: ChildTerminal; opened: Opened } {
  const controls = ours === STDOUT && isTerminal(STDIN) && isForeground(STDIN);
  const modes = controls ? modesOf(STDIN) : plainOutputModes(modesOf(ours));
  const { master, slave, path } = openPseudoTerminal(ours, modes);
  return {
    terminal: { ours, master, controlling: controls ? path : undefined },
    opened: { childEnd: slave, redacted: { input: master, output: ours, interactive: true } },
  };
}

function openPipeTo(output: number): Opened {
  const [input, childEnd] = openPipe();
  return { childEnd, redacted: { input, output, interactive: false } };
}
