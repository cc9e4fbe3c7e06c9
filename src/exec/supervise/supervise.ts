import type { Clock } from "../../lease/terms.ts";
import { isOver, remaining, termsOf } from "../../lease/terms.ts";
import type { ProcessesEnded } from "../../system/process-tree.ts";
import { beatUntilMissed, type HeartbeatSurroundings, type HeartbeatTerms } from "./heartbeat.ts";

/** The exit status when a program was ended, as that of timeout(1). */
export const ENDED_STATUS = 124;

/** How long a program may run, and on what condition; lengths of time in ms. */
export interface Supervision {
  readonly ttl?: number | undefined;
  /** From SIGTERM to SIGKILL. */
  readonly grace: number;
  readonly heartbeat?: HeartbeatTerms | undefined;
}

export const DEFAULT_GRACE = 5_000;

/** The program, and what may be done with it. */
export interface SupervisedProgram {
  /** Settles when it has ended by itself. */
  readonly exited: Promise<unknown>;
  /** Whether something that it started still runs. */
  hasLeft(): boolean;
  /** Ends it with all that it started. */
  end(graceMs: number): Promise<ProcessesEnded>;
}

/** How the outside world is seen; a test has its own. */
export interface Surroundings extends HeartbeatSurroundings {
  readonly clock: Clock;
}

/** Why a program is over. */
export type SupervisedEnd =
  | { readonly reason: "exited"; readonly left?: ProcessesEnded }
  | ({ readonly reason: "deadline" | "heartbeat" } & ProcessesEnded);

/** The clocks are looked at as often as this, in ms: a suspended machine's timers do not count. */
const TICK_MS = 1_000;

/** How long what a program started may take to end by itself after it, in ms: such as a `tee` of its output. */
const SETTLE_MS = 1_000;
const SETTLE_POLL_MS = 50;

/**
 * Lets a program run until it ends, its time is over or its heartbeat fails, and ends it then. What it leaves running when
 * it ends by itself is ended too: nothing would end that later.
 */
export async function supervise(
  program: SupervisedProgram,
  supervision: Supervision,
  surroundings: Surroundings,
): Promise<SupervisedEnd> {
  const { heartbeat } = supervision;
  const stop = new AbortController();
  const over = (reason: "exited" | "deadline" | "heartbeat") => () => reason;
  const reasons = [
    program.exited.then(over("exited")),
    deadline(supervision, surroundings, stop.signal).then(over("deadline")),
    heartbeat ? beatUntilMissed(heartbeat, surroundings, stop.signal).then(over("heartbeat")) : NEVER,
  ];
  const reason = await Promise.race(reasons);
  stop.abort();
  if (reason === "exited") {
    await settled(program, surroundings);
    return program.hasLeft() ? { reason, left: await program.end(supervision.grace) } : { reason };
  }
  return { reason, ...(await program.end(supervision.grace)) };
}

async function settled(program: SupervisedProgram, { sleep }: Surroundings): Promise<void> {
  const { signal } = new AbortController();
  for (let waited = 0; waited < SETTLE_MS && program.hasLeft(); waited += SETTLE_POLL_MS)
    await sleep(SETTLE_POLL_MS, signal);
}

const NEVER = new Promise<never>(() => undefined);

/** Returns when the time is over by either clock. */
async function deadline(
  { ttl }: Supervision,
  { clock, sleep }: Surroundings,
  stop: AbortSignal,
): Promise<void> {
  if (ttl === undefined) return NEVER;
  const since = clock.wall();
  const terms = termsOf({ since, until: since + ttl }, clock);
  while (!isOver(terms, clock)) {
    if (stop.aborted) return NEVER;
    await sleep(Math.min(TICK_MS, remaining(terms, clock)), stop);
  }
}
