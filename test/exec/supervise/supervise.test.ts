import { describe, expect, test } from "bun:test";
import { type Supervision, type Surroundings, supervise } from "../../../src/exec/supervise/supervise.ts";

const NEVER = new Promise<never>(() => undefined);

/** A world in which time goes by only when something sleeps, and whose beats are those of a list. */
function world(beats: readonly boolean[] = []) {
  const state = {
    now: 0,
    boot: 0,
    ended: [] as number[],
    misses: [] as number[],
    beats: [...beats],
    beaten: 0,
    left: 0,
  };
  const surroundings: Surroundings = {
    clock: { wall: () => state.now, sinceBoot: () => state.boot },
    async sleep(ms, signal) {
      await Bun.sleep(0);
      if (signal.aborted) return;
      state.now += ms;
      state.boot += ms;
    },
    async beat() {
      state.beaten += 1;
      await Bun.sleep(0);
      return state.beats.shift() ?? true;
    },
    onMiss: (misses) => void state.misses.push(misses),
  };
  const run = (supervision: Partial<Supervision>, exited: Promise<unknown> = NEVER) =>
    supervise(
      {
        exited,
        hasLeft: () => state.now < state.left,
        end: async (grace) => {
          state.ended.push(grace);
          return { all: true, killed: false };
        },
      },
      { grace: 5_000, ...supervision },
      surroundings,
    );
  return { state, run };
}

describe("a supervised program", () => {
  test("is ended when its time is over, with the grace", async () => {
    const { state, run } = world();
    expect(await run({ ttl: 90_500, grace: 700 })).toEqual({ reason: "deadline", all: true, killed: false });
    expect([state.now, state.ended]).toEqual([90_500, [700]]);
  });

  test("is left alone when it ends by itself", async () => {
    const { state, run } = world();
    expect(await run({ ttl: 10 ** 12 }, Bun.sleep(5))).toEqual({ reason: "exited" });
    expect(state.ended).toEqual([]);
  });

  test("may leave something that ends within a second; what takes longer is ended with the grace", async () => {
    const short = world();
    short.state.left = 600;
    expect(await short.run({ grace: 700 }, Promise.resolve())).toEqual({ reason: "exited" });
    expect(short.state.ended).toEqual([]);
    const long = world();
    long.state.left = 60_000;
    const left = { all: true, killed: false };
    expect(await long.run({ grace: 700 }, Promise.resolve())).toEqual({ reason: "exited", left });
    expect([long.state.now, long.state.ended]).toEqual([1_000, [700]]);
  });

  test("is ended by the time that the machine was suspended", async () => {
    const { state, run } = world();
    const result = run({ ttl: 3_600_000 });
    await Bun.sleep(1);
    state.boot += 3_600_000;
    expect(await result).toMatchObject({ reason: "deadline" });
    expect(state.now).toBeLessThan(3_600_000);
  });

  const heartbeat = { every: 30_000, misses: 3 };

  test("is ended by as many misses in a row as there may be; one beat begins the count again", async () => {
    const { state, run } = world([true, false, false, true, false, false, false]);
    expect(await run({ heartbeat })).toMatchObject({ reason: "heartbeat" });
    expect([state.misses, state.beaten, state.now]).toEqual([[1, 2, 1, 2, 3], 7, 180_000]);
  });

  test("is not beaten for any more when it has ended", async () => {
    const { state, run } = world();
    await run({ heartbeat }, Bun.sleep(20));
    await Bun.sleep(5);
    const { beaten } = state;
    await Bun.sleep(20);
    expect(state.beaten).toBe(beaten);
  });

  test("is ended by what comes first, and once", async () => {
    const { state, run } = world([false, false, false]);
    const { reason } = await run({ heartbeat, ttl: 60_000 });
    expect(["deadline", "heartbeat"]).toContain(reason);
    await Bun.sleep(5);
    expect(state.ended).toHaveLength(1);
  });
});
