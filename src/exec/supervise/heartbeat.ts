/** How long a heartbeat's command may take, in ms. */
export const BEAT_MS = 10_000;

export interface HeartbeatTerms {
  /** From the end of one beat to the beginning of the next. */
  readonly every: number;
  /** How many beats in a row may fail before it is over: with the last of them it is. */
  readonly misses: number;
}

export const DEFAULT_HEARTBEAT: HeartbeatTerms = { every: 30_000, misses: 3 };

/** What a heartbeat needs of the world around it; a test has its own. */
export interface HeartbeatSurroundings {
  /** Returns after this many ms, or when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** One heartbeat. @returns whether all is well */
  readonly beat: () => Promise<boolean>;
  /** Called for each beat that failed, with how many failed in a row. */
  readonly onMiss: (misses: number) => void;
}

/** Returns when as many beats in a row have failed as may; never once it is stopped. */
export async function beatUntilMissed(
  terms: HeartbeatTerms,
  { beat, onMiss, sleep }: HeartbeatSurroundings,
  stop: AbortSignal,
): Promise<void> {
  let misses = 0;
  for (;;) {
    const isWell = await beat();
    if (stop.aborted) return NEVER;
    misses = isWell ? 0 : misses + 1;
    if (!isWell) onMiss(misses);
    if (misses >= terms.misses) return undefined;
    await sleep(terms.every, stop);
    if (stop.aborted) return NEVER;
  }
}

const NEVER = new Promise<never>(() => undefined);

/** How one heartbeat is run. */
export interface HeartbeatRun {
  /** Without the secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The current directory; left out, our own. */
  readonly directory?: string;
  /** Called with the process, which is not one of the program's. */
  readonly onStart?: (pid: number) => void;
  /** Kills the command. */
  readonly stop?: AbortSignal;
  readonly limitMs?: number;
}

/**
 * Runs a command of the user's with the shell, such as `curl -fsS URL` or `test -e FILE`.
 *
 * @returns whether it succeeded in time; what takes longer is killed with all that it started. One that cannot be
 *   started, such as in a directory that is gone, has not succeeded
 */
export async function runHeartbeat(command: string, run: HeartbeatRun): Promise<boolean> {
  const { onStart, stop, limitMs = BEAT_MS } = run;
  const child = start(command, run);
  if (!child) return false;
  onStart?.(child.pid);
  let killed = false;
  const kill = (): void => {
    killed = true;
    killGroup(child.pid);
  };
  const timer = setTimeout(kill, limitMs);
  stop?.addEventListener("abort", kill, { once: true });
  const status = await child.exited;
  clearTimeout(timer);
  stop?.removeEventListener("abort", kill);
  return status === 0 && !killed;
}

function start(command: string, { environment, directory }: HeartbeatRun): Bun.Subprocess | undefined {
  try {
    return Bun.spawn(["/bin/sh", "-c", command], {
      stdio: ["ignore", "ignore", "ignore"],
      env: environment,
      ...(directory === undefined ? {} : { cwd: directory }),
      // A process group of its own, to be killed as a whole.
      detached: true,
    });
  } catch {
    return undefined;
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended.
  }
}
