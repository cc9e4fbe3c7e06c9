import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { stopSelf } from "../../system/stop-self.ts";
import type { Child } from "../process/child.ts";
import { isForeground } from "./terminal.ts";

/** Signals that processes send, and signals that a terminal's keys send. */
const SENT = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
const KEYED = ["SIGINT", "SIGQUIT"] as const;

/** A child that gets our signals. */
export interface Forwarded {
  readonly child: Child;
  readonly stopForwarding: () => void;
}

/**
 * Starts a child, and forwards our signals to it. They are handled before it starts: it may run, and even write, before
 * the call that starts it returns, and a signal in that moment would end us alone. When it stops, we stop too: see
 * {@link stopWith}.
 *
 * @param sharesKeys whether the child is in our process group, and so gets the signals of our terminal's keys itself
 * @param ignored the numbers of signals that we were started to ignore, as by nohup(1): neither of us gets them
 */
export function startForwarded(
  start: () => Child,
  sharesKeys: boolean,
  ignored: ReadonlySet<number>,
): Forwarded {
  let pid: number | undefined;
  const stopForwarding = forwardSignals(
    (signal) => {
      if (pid !== undefined) send(pid, signal);
    },
    sharesKeys,
    ignored,
  );
  try {
    const child = start();
    pid = child.pid;
    child.onStopped(() => stopWith(child));
    return { child, stopForwarding };
  } catch (error) {
    stopForwarding();
    throw error;
  }
}

function forwardSignals(
  forward: (signal: NodeJS.Signals) => void,
  sharesKeys: boolean,
  ignored: ReadonlySet<number>,
): () => void {
  const forwardKeyed = (signal: NodeJS.Signals): void => {
    if (!sharesKeys || !hasKeys()) forward(signal);
  };
  const isHandled = (signal: NodeJS.Signals): boolean => !ignored.has(constants.signals[signal]);
  const [sent, keyed] = [SENT.filter(isHandled), KEYED.filter(isHandled)];
  for (const signal of sent) process.on(signal, forward);
  for (const signal of keyed) process.on(signal, forwardKeyed);
  return () => {
    for (const signal of sent) process.off(signal, forward);
    for (const signal of keyed) process.off(signal, forwardKeyed);
  };
}

/** Whether we are the foreground of a terminal, whose keys then send signals to us. */
export function hasKeys(): boolean {
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

/**
 * Stops with a child that was stopped, or has stopped itself, where a shell waits for us: it would wait forever, since it
 * sees only us. The shell continues us, and we the child if it is in another process group. Elsewhere nobody might
 * continue us when the child is continued.
 */
function stopWith(child: Child): void {
  if (!hasKeys()) return;
  stopSelf("process");
  child.goOn();
}

/** Sends a signal to a process that may have ended. */
export function send(child: number, signal: NodeJS.Signals): void {
  try {
    process.kill(child, signal);
  } catch {
    // It has ended.
  }
}
