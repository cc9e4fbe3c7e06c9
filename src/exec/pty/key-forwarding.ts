import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { Stream } from "./pump.ts";
import { copySize, foregroundOf, isForeground, modesOf, rawModes, setModes, suspendKey } from "./terminal.ts";

/** ms in which our stop takes effect, if anyone is there to continue us. */
const STOP = 20;

/** Our terminal while its keys go to a child at another. */
export interface ForwardedKeys {
  /** The keys' way. */
  readonly stream: Stream;
  /** Gives our terminal back as it was. */
  restore(): void;
}

/**
 * Passes every key of our terminal on to the child's, as it is: Ctrl-C becomes a signal there. Our own is in raw
 * mode until it is given back.
 *
 * @param ours our terminal
 * @param master our end of the child's terminal
 * @param child the leader of the session at it
 */
export function forwardKeys(ours: number, master: number, child: number): ForwardedKeys {
  const modes = modesOf(ours);
  const raw = rawModes(modes);
  let restored = false;
  const enter = (): void => {
    if (restored || !isForeground(ours)) return;
    setModes(ours, raw);
    copySize(ours, master);
  };
  const leave = (): void => setModes(ours, modes);
  const restore = (): void => {
    if (!restored) leave();
    restored = true;
  };
  const push = (keys: Uint8Array): Uint8Array => {
    const at = keys.indexOf(suspendKey(modesOf(master)) ?? -1);
    if (at === -1 || !stopsByDefault(master, child)) return keys;
    suspend(child, leave, enter);
    // A terminal forgets what was typed before the key.
    return keys.subarray(at + 1);
  };
  const nothing = (): Uint8Array => new Uint8Array(0);
  enter();
  process.on("SIGCONT", enter);
  process.on("exit", restore);
  return {
    stream: {
      input: ours,
      output: master,
      filter: { held: 0, push, pause: nothing, end: nothing },
      name: "the program's terminal",
      aside: true,
    },
    restore,
  };
}

/**
 * Whether the child has the terminal and would be stopped by its suspend key, were it not alone in its session:
 * nobody there could continue it, so the system does not stop it.
 */
function stopsByDefault(master: number, child: number): boolean {
  if (foregroundOf(master) !== child) return false;
  const bit = 1n << BigInt(constants.signals.SIGTSTP - 1);
  try {
    const status = readFileSync(`/proc/${child}/status`, "latin1");
    const masks = [...status.matchAll(/^Sig(?:Ign|Cgt):\s*([0-9a-f]+)$/gm)];
    return masks.every(([, mask]) => (BigInt(`0x${mask}`) & bit) === 0n);
  } catch {
    return false;
  }
}

/** Stops the child and us with all of our pipeline, as the key does without us, until we are continued. */
function suspend(child: number, leave: () => void, enter: () => void): void {
  process.kill(-child, "SIGSTOP");
  leave();
  process.kill(0, "SIGTSTP");
  Bun.sleepSync(STOP);
  enter();
  process.kill(-child, "SIGCONT");
}
