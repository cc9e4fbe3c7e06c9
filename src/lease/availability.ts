import { readFileSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { msSinceBoot } from "../system/boot-clock.ts";
import { NO_LIBC, openLibc } from "../system/libc.ts";
import { ownUid } from "./directory.ts";

/** What /proc/self/uid_map has where every user id is mapped: the system's own user namespace. */
const ALL_UIDS = /^\s*0\s+0\s+4294967295\s*$/;

/**
 * Whether other users may look like ours: in a user namespace, every user that is not mapped has one and the same id.
 *
 * @internal Exported for the test.
 */
export function isAmbiguousUid(uid: number, uidMap: string, overflowUid: number): boolean {
  return uid === overflowUid && !ALL_UIDS.test(uidMap);
}

function hasAmbiguousUid(): boolean {
  if (process.platform !== "linux") return false;
  const overflowUid = Number(readFileSync("/proc/sys/kernel/overflowuid", "latin1"));
  return isAmbiguousUid(ownUid(), readFileSync("/proc/self/uid_map", "latin1"), overflowUid);
}

/** Why there can be no leases here. @returns `undefined` where there can be */
export function whyNoLeases(): string | undefined {
  if (process.platform !== "linux" && process.platform !== "darwin") {
    return "this system has no way to check which user is at the other end of a socket";
  }
  try {
    // A lease needs both, and each needs the runtime's foreign function interface.
    msSinceBoot();
    openLibc({ [process.platform === "darwin" ? "getpeereid" : "prctl"]: { args: [], returns: "int" } });
  } catch {
    return NO_LIBC;
  }
  return hasAmbiguousUid()
    ? "in this user namespace other users cannot be distinguished from yours"
    : undefined;
}

/** {@link whyNoLeases} in a line. */
export function notAvailable(): string | undefined {
  const reason = whyNoLeases();
  return reason === undefined ? undefined : `leases are not available here: ${reason}`;
}

/** @throws PprotectError `environment` where there can be no leases */
export function requireLeases(): void {
  const problem = notAvailable();
  if (problem === undefined) return;
  throw new PprotectError(
    "environment",
    problem,
    "give the passphrase with --passphrase-file or in the environment",
  );
}
