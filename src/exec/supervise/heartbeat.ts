/** How long a heartbeat's command may take, in ms. */
export const BEAT_MS = 10_000;

/**
 * Runs a command of the user's with the shell, such as `curl -fsS URL` or `test -e FILE`.
 *
 * @param environment without the secrets
 * @param onStart called with the process, which is not one of the program's
 * @returns whether it succeeded in time; what takes longer is killed with all that it started
 */
export async function runHeartbeat(
  command: string,
  environment: Readonly<Record<string, string | undefined>>,
  onStart: (pid: number) => void = () => undefined,
  limitMs: number = BEAT_MS,
): Promise<boolean> {
  const child = Bun.spawn(["/bin/sh", "-c", command], {
    stdio: ["ignore", "ignore", "ignore"],
    env: environment,
    // A process group of its own, to be killed as a whole.
    detached: true,
  });
  onStart(child.pid);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child.pid);
  }, limitMs);
  const status = await child.exited;
  clearTimeout(timer);
  return status === 0 && !late;
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has ended.
  }
}
