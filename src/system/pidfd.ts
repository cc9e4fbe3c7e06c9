import { closeSync } from "node:fs";
import { constants } from "node:os";
import { lazy } from "../common/lazy.ts";
import { errnoOf } from "./file-error.ts";
import { errnoReader, openLibc } from "./libc.ts";
import { type ProcessIdentity, startOf } from "./process-identity.ts";

/** Numbers of system calls that are the same on every architecture of Linux. */
const SYS_PIDFD_SEND_SIGNAL = 424;
const SYS_PIDFD_OPEN = 434;

const POLLIN = 1;

const libc = lazy(() =>
  openLibc({
    syscall: { args: ["i64", "i64", "i64", "i64", "i64"], returns: "i64" },
    poll: { args: ["ptr", "u64", "int"], returns: "int" },
  }),
);

/** A descriptor that refers to one process, even after its number was given to another (pidfd_open(2)). */
export interface ProcessHandle {
  /** @returns whether the signal was sent; `false` when the process has ended. @throws Error when not permitted */
  signal(signal: NodeJS.Signals): boolean;
  hasEnded(): boolean;
  close(): void;
}

/**
 * Opens the process of this identity.
 *
 * @returns `undefined` when it has ended, also when another process has its number by now
 * @throws Error when the system says no
 */
export function openProcess(identity: ProcessIdentity): ProcessHandle | undefined {
  if (process.platform !== "linux") return openByNumber(identity);
  const descriptor = pidfdOpen(identity.pid);
  if (descriptor === undefined) return undefined;
  // Looked at after opening: a process that has this start now is the one that was opened, since it was there before.
  if (descriptor !== "unsupported" && startOf(identity.pid) !== identity.started) {
    closeSync(descriptor);
    return undefined;
  }
  return descriptor === "unsupported" ? openByNumber(identity) : handleOf(descriptor);
}

/** The process behind a descriptor that the kernel gave for it. The handle owns the descriptor. */
export function handleOf(descriptor: number): ProcessHandle {
  return {
    signal(signal) {
      const errno = errnoReader();
      const sent = libc().syscall(SYS_PIDFD_SEND_SIGNAL, descriptor, constants.signals[signal], 0, 0);
      if (Number(sent) === 0) return true;
      const reason = errno();
      if (reason === constants.errno.ESRCH) return false;
      throw new Error(reason === constants.errno.EPERM ? "operation not permitted" : `errno ${reason}`);
    },
    hasEnded() {
      // struct pollfd. A pidfd is readable when the process has ended.
      const bytes = new DataView(new ArrayBuffer(8));
      bytes.setInt32(0, descriptor, true);
      bytes.setInt16(4, POLLIN, true);
      return libc().poll(new Uint8Array(bytes.buffer), 1, 0) > 0 && (bytes.getInt16(6, true) & POLLIN) !== 0;
    },
    close: () => closeSync(descriptor),
  };
}

function pidfdOpen(pid: number): number | "unsupported" | undefined {
  const errno = errnoReader();
  const descriptor = Number(libc().syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0));
  if (descriptor >= 0) return descriptor;
  const reason = errno();
  if (reason === constants.errno.ESRCH || reason === constants.errno.EINVAL) return undefined;
  // Kernels before 5.3, and sandboxes that do not know the call.
  if (reason === constants.errno.ENOSYS || reason === constants.errno.EPERM) return "unsupported";
  throw new Error(`pidfd_open failed with errno ${reason}`);
}

/** Where there are no pidfds: the start is compared right before each signal, which leaves a moment between. */
function openByNumber({ pid, started }: ProcessIdentity): ProcessHandle | undefined {
  const isThere = (): boolean => startOf(pid) === started;
  if (!isThere()) return undefined;
  return {
    signal(signal) {
      if (!isThere()) return false;
      try {
        process.kill(pid, signal);
        return true;
      } catch (error) {
        if (errnoOf(error) === "ESRCH") return false;
        throw error;
      }
    },
    hasEnded: () => !isThere(),
    close: () => undefined,
  };
}
