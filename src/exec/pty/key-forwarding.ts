import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { stopSelf } from "../../system/stop-self.ts";
import type { Stream } from "./pump.ts";
import { copySize, foregroundOf, isForeground, modesOf, rawModes, setModes, suspendKey } from "./terminal.ts";

/** Our terminal, while its keys are forwarded to the child's pseudo-terminal. */
export interface ForwardedKeys {
  /** The stream of keys. */
  readonly stream: Stream;
  /** Stops the child and us until we are continued, as the suspend key does. */
  suspend(): void;
  /** Restores the modes of our terminal. */
  restore(): void;
}

/**
 * Forwards every key of our terminal to the child's pseudo-terminal, which turns Ctrl-C into a signal. Our terminal is
 * in raw mode until restored.
 *
 * @param ours our terminal
 * @param master our end of the pseudo-terminal
 * @param child the process id of its session leader
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
    // A terminal discards what was typed before the suspend key.
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
      background: true,
    },
    suspend: () => suspend(child, leave, enter),
    restore,
  };
}

/**
 * Whether the child is in the foreground and does not handle SIGTSTP. The kernel would not stop it: its process group is
 * orphaned, as it is alone in its session, so we do.
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

/** Stops the child and our own process group, as the suspend key would do without us, until we are continued. */
function suspend(child: number, leave: () => void, enter: () => void): void {
  process.kill(-child, "SIGSTOP");
  leave();
  stopSelf("group");
  enter();
  process.kill(-child, "SIGCONT");
}
