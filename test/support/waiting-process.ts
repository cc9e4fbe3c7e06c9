import { readFileSync } from "node:fs";

/** Returns when a process that this one started is in a read of its standard input. Linux only. */
export async function readsItsInput(pid: number): Promise<void> {
  // The number of the system call, which is the processor's, and its first argument: the descriptor.
  while (!/^\d+ 0x0 /.test(readFileSync(`/proc/${pid}/syscall`, "utf8"))) await Bun.sleep(5);
}
