import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A line of /proc/net/unix (proc_net(5)) of a socket that listens: its flags have `__SO_ACCEPTCON`. */
const LISTENING = /^\S+ \S+ \S+ 00010000 \S+ \S+ +\d+ (.+)$/;

/**
 * Whether a process listens at a socket of this name, as far as the system says. The runtime reports a socket at which too many wait to
 * be served (EAGAIN) like one at which no process listens (ECONNREFUSED).
 *
 * @param path of the socket; another path to the same directory is as good, so only the name counts
 */
export function someoneListens(path: string): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readFileSync("/proc/net/unix", "latin1")
      .split("\n")
      .some((line) => basename(LISTENING.exec(line)?.[1] ?? "") === basename(path));
  } catch {
    return false;
  }
}
