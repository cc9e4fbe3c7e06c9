import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Clipboard, clearClipboard, type Environment, pastedText } from "./clipboard.ts";
import { CLIPBOARD_WORD } from "./clipboard-word.ts";
import { ownProgram } from "./own-program.ts";
import { hardenProcess } from "./process-hardening.ts";

/** What the process that clears the clipboard gets: never the value. */
interface Handover {
  readonly clipboard: Clipboard;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Hexadecimal: a key, and the value's HMAC-SHA-256 by it. */
  readonly key: string;
  readonly hash: string;
}

/** ms between two looks at the clock: a suspended machine's timers do not count. */
const TICK_MS = 1_000;

/**
 * Starts a process that clears the clipboard after a while, if it still holds the text then. It outlives this process,
 * and the terminal. Call it before the text is copied: whatever ends this process, the clipboard is cleared.
 *
 * @param environment without credentials
 * @returns what ends that process, for when the text was not copied
 */
export async function clearLater(
  clipboard: Clipboard,
  text: string,
  { ms, environment }: { readonly ms: number; readonly environment: Environment },
): Promise<() => void> {
  const child = Bun.spawn([...ownProgram(), CLIPBOARD_WORD], {
    stdio: ["pipe", "ignore", "ignore"],
    env: environment,
    cwd: "/",
    // A session of its own, which the terminal's end does not reach.
    detached: true,
  });
  child.stdin.write(handoverFor(clipboard, text, Date.now() + ms));
  await child.stdin.end();
  child.unref();
  return () => child.kill("SIGKILL");
}

/** What the process gets. @param at when it is to clear the clipboard, in ms since 1970 */
export function handoverFor(clipboard: Clipboard, text: string, at: number): string {
  const key = randomBytes(32);
  const hash = hashOf(key, Buffer.from(text)).toString("hex");
  return JSON.stringify({ clipboard, at, key: key.toString("hex"), hash } satisfies Handover);
}

/** What our program does when {@link CLIPBOARD_WORD} is its first argument. */
export async function clearClipboardLater(): Promise<void> {
  hardenProcess();
  const { clipboard, at, key, hash }: Handover = JSON.parse(readFileSync(0, "utf8"));
  for (let left = at - Date.now(); left > 0; left = at - Date.now()) await Bun.sleep(Math.min(left, TICK_MS));
  const held = await pastedText(clipboard, process.env);
  if (held === undefined) return;
  if (!timingSafeEqual(hashOf(Buffer.from(key, "hex"), held), Buffer.from(hash, "hex"))) return;
  await clearClipboard(clipboard, process.env);
}

function hashOf(key: Uint8Array, text: Uint8Array): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
