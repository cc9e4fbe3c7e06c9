import { openLibc } from "../../system/libc.ts";

/** prctl(2), getrlimit(2). */
const PR_SET_DUMPABLE = 4;
const RLIMIT_CORE = 4;

/**
 * Closes this process's memory for good: no core dump, and on Linux no other process of the user, root's apart, may
 * trace it or read its memory. Unlike `hardenProcess`, which goes on where that fails, this does not.
 *
 * @throws Error when the system does not allow it
 */
export function sealProcess(): void {
  const { setrlimit } = openLibc({ setrlimit: { args: ["int", "ptr"], returns: "int" } });
  if (setrlimit(RLIMIT_CORE, new BigUint64Array(2)) !== 0) throw new Error("core dumps cannot be turned off");
  if (process.platform !== "linux") return;
  const { prctl } = openLibc({ prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } });
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) !== 0) throw new Error("the process's memory cannot be closed");
}

const NULL_DEVICE = "/dev/null";
/** open(2). */
const O_RDWR = 2;

/** Gives the standard streams up: what held them, such as a terminal or a pipe, is free of this process. */
export function closeStandardStreams(): void {
  const { open, dup2, close } = openLibc({
    open: { args: ["ptr", "int", "int"], returns: "int" },
    dup2: { args: ["int", "int"], returns: "int" },
    close: { args: ["int"], returns: "int" },
  });
  const nothing = open(Buffer.from(`${NULL_DEVICE}\0`), O_RDWR, 0);
  if (nothing < 0) throw new Error(`cannot open ${NULL_DEVICE}`);
  for (const stream of [0, 1, 2]) dup2(nothing, stream);
  if (nothing > 2) close(nothing);
}
