/** ms for systems where our own stop signal takes a moment. Linux stops us before kill(2) returns. */
const EFFECT_MS = 20;

/**
 * Stops us until a shell continues us: returns then. Where the kernel ignores the signal, since nobody could continue us, it
 * returns soon.
 *
 * @param what this process alone, or its process group, as the terminal's suspend key does
 */
export function stopSelf(what: "process" | "group"): void {
  if (what === "process") process.kill(process.pid, "SIGSTOP");
  else process.kill(0, "SIGTSTP");
  Bun.sleepSync(EFFECT_MS);
}
