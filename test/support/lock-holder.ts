import { join } from "node:path";

/** A process that holds the lock on a store. */
export interface LockHolder {
  readonly pid: number;
  /** Lets it end by itself. */
  release(): Promise<unknown>;
  /** Kills it as it holds the lock. */
  kill(): Promise<unknown>;
}

/** Takes the lock in another process, and returns when it is held. */
export async function holdLock(store: string): Promise<LockHolder> {
  const script = `
    import { withLock } from ${JSON.stringify(join(import.meta.dir, "../../src/system/file-lock.ts"))};
    const patience = { timeout: 5000, quiet: 5000, onWait() {} };
    await withLock(process.argv[1], patience, () => { console.log("held"); require("node:fs").readSync(0, Buffer.alloc(1)); });
  `;
  const child = Bun.spawn([process.execPath, "-e", script, store], { stdin: "pipe", stdout: "pipe" });
  await child.stdout.getReader().read();
  return {
    pid: child.pid,
    async release() {
      await child.stdin.end();
      return child.exited;
    },
    async kill() {
      child.kill("SIGKILL");
      return child.exited;
    },
  };
}
