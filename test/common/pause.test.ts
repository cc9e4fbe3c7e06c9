import { expect, test } from "bun:test";
import { pause } from "../../src/common/pause.ts";

test.each([2 ** 31, 30 * 86_400_000])(
  "%d ms are not over at once, and end when they are stopped",
  async (ms) => {
    const stop = new AbortController();
    let isOver = false;
    const paused = pause(ms, stop.signal).then(() => {
      isOver = true;
    });
    await Bun.sleep(20);
    expect(isOver).toBe(false);
    stop.abort();
    await paused;
  },
);

test("0 ms are over at once, and so is a pause that was stopped before", async () => {
  await pause(0);
  await pause(60_000, AbortSignal.abort());
});
