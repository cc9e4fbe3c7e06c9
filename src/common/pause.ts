/** The longest that a timer waits, in ms: a longer one is over at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Returns after this many ms, or when the signal aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  let rest = ms;
  for (; rest > LONGEST_TIMER && !signal?.aborted; rest -= LONGEST_TIMER) await timer(LONGEST_TIMER, signal);
  await timer(rest, signal);
}

function timer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timeout = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timeout);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
  });
}

/** Blocks the thread for this many ms. */
export function pauseSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
