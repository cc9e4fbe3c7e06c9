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

/** One stream from the child through a redactor to us. */
export interface RedactedStream {
  readonly input: number;
  readonly output: number;
  readonly interactive: boolean;
}

/** The terminal that a child sees, and ours behind it. */
export interface ChildTerminal {
  readonly ours: number;
  /** Our end of the child's. */
  readonly master: number;
  /** Its path, if it is the child's controlling terminal and has to be given the keys of ours. */
  readonly controlling: string | undefined;
}

/** What a child gets to write to, and what comes back from it. */
export interface ChildStreams {
  readonly stdout: number;
  readonly stderr: number;
  readonly terminal: ChildTerminal | undefined;
  readonly redacted: readonly RedactedStream[];
}

/**
 * Makes the child's streams: a terminal where ours is one, a pipe for each other, and the same one for both where
 * ours are the same, so that their order stays.
 *
 * With input and output at a terminal that is ours to control, the child's becomes its controlling one, in a
 * session of its own. Else the child stays in our session and has our input, and a terminal only to write to:
 * the keys may be for someone else, as for `less` at the end of a pipeline.
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
