import { lazy } from "../common/lazy.ts";
import { openLibc } from "./libc.ts";

/** The process at the other end of a Unix socket, as the kernel knows it: when it connected, or began to listen. */
export interface Peer {
  /** Its effective user id. */
  readonly uid: number;
  readonly pid: number;
}

/** getsockopt(2) on Linux, and on macOS (sys/un.h). */
const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const SO_PEERPIDFD = 77;
const SOL_LOCAL = 0;
const LOCAL_PEERPID = 2;

const sockets = lazy(() =>
  openLibc({ getsockopt: { args: ["int", "int", "int", "ptr", "ptr"], returns: "int" } }),
);
const identities = lazy(() => openLibc({ getpeereid: { args: ["int", "ptr", "ptr"], returns: "int" } }));

/**
 * @param socket the descriptor of a connected Unix socket
 * @throws Error where the system or the runtime does not know it
 */
export function peerOf(socket: number): Peer {
  if (process.platform === "darwin") return macosPeerOf(socket);
  // struct ucred: pid, uid, gid.
  const credentials = new Uint32Array(3);
  readOption(socket, SOL_SOCKET, SO_PEERCRED, credentials);
  const [pid = 0, uid = 0] = credentials;
  return { pid, uid };
}

/** A pidfd of the peer, on Linux 6.5 and later. @returns `undefined` elsewhere, and when the peer has ended */
export function peerPidfd(socket: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const descriptor = new Int32Array(1);
  try {
    readOption(socket, SOL_SOCKET, SO_PEERPIDFD, descriptor);
    return descriptor[0];
  } catch {
    return undefined;
  }
}

function macosPeerOf(socket: number): Peer {
  const [uid, gid] = [new Uint32Array(1), new Uint32Array(1)];
  if (identities().getpeereid(socket, uid, gid) !== 0) throw new Error("getpeereid failed");
  const pid = new Int32Array(1);
  readOption(socket, SOL_LOCAL, LOCAL_PEERPID, pid);
  return { uid: uid[0] as number, pid: pid[0] as number };
}

function readOption(socket: number, level: number, option: number, into: Int32Array | Uint32Array): void {
  const size = new Uint32Array([into.byteLength]);
  const failed = sockets().getsockopt(socket, level, option, into, size) !== 0;
  if (failed || size[0] !== into.byteLength) throw new Error("getsockopt failed");
}
