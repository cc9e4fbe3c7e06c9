import { closeSync, openSync } from "node:fs";
import { isForeground } from "./terminal.ts";

/** What asks a program to end or to do something, and what keys send. */
const ASKED = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
const KEYED = ["SIGINT", "SIGQUIT"] as const;

/**
 * Sends the signals that we get on to a child.
 *
 * @param sharesKeys whether the child is in our process group, and so gets what our terminal's keys send by itself
 * @returns ends it: the next signal is for us
 */
export function forwardSignals(child: number, sharesKeys: boolean): () => void {
  const forward = (signal: NodeJS.Signals): void => send(child, signal);
  const forwardKeyed = (signal: NodeJS.Signals): void => {
    if (!sharesKeys || !hasKeys()) forward(signal);
  };
  for (const signal of ASKED) process.on(signal, forward);
  for (const signal of KEYED) process.on(signal, forwardKeyed);
  return () => {
    for (const signal of ASKED) process.off(signal, forward);
    for (const signal of KEYED) process.off(signal, forwardKeyed);
  };
}

/** Whether the keys of a terminal send signals to us. */
function hasKeys(): boolean {
  try {
    const terminal = openSync("/dev/tty", "r");
    try {
      return isForeground(terminal);
    } finally {
      closeSync(terminal);
    }
  } catch {
    return false;
  }
}

/** Sends a signal to a process that may have ended. */
export function send(child: number, signal: NodeJS.Signals): void {
  try {
    process.kill(child, signal);
  } catch {
    // It has.
  }
}
