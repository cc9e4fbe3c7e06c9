import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { readSome, writeAll } from "./pump.ts";
import { copySize, foregroundOf, isForeground, modesOf, rawModes, setModes, suspendKey } from "./terminal.ts";

const KEYS = 1 << 12;

/** ms in which our stop takes effect, if anyone is there to continue us. */
const STOP = 100;

/** Our terminal while its keys go to a child at another. */
export interface PassedKeys {
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
export function passKeys(ours: number, master: number, child: number): PassedKeys {
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
  enter();
  process.on("SIGCONT", enter);
  process.on("exit", restore);
  void copyKeys(ours, master, async (keys) => {
    const at = keys.indexOf(suspendKey(modesOf(master)) ?? -1);
    if (at === -1 || !stopsByDefault(master, child)) return keys;
    await writeAll(master, keys.subarray(0, at));
    await suspend(child, leave, enter);
    return keys.subarray(at + 1);
  });
  return { restore };
}

/** Copies until either terminal is gone. */
async function copyKeys(
  from: number,
  to: number,
  filter: (keys: Uint8Array) => Promise<Uint8Array>,
): Promise<void> {
  const buffer = new Uint8Array(KEYS);
  for (;;) {
    const length = await readSome(from, buffer).catch(() => 0);
    if (length === 0 || !(await writeAll(to, await filter(buffer.subarray(0, length))))) return;
  }
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
async function suspend(child: number, leave: () => void, enter: () => void): Promise<void> {
  const { promise: continued, resolve } = Promise.withResolvers<void>();
  process.once("SIGCONT", resolve);
  process.kill(-child, "SIGSTOP");
  leave();
  process.kill(0, "SIGTSTP");
  await Promise.race([continued, Bun.sleep(STOP)]);
  process.off("SIGCONT", resolve);
  enter();
  process.kill(-child, "SIGCONT");
}
