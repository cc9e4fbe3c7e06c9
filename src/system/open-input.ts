import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { errnoOf } from "./file-error.ts";
import { absolutePath, systemPath } from "./path-text.ts";

/** Paths of this process's own descriptors: a shell's `<(…)`, or standard input. */
const OWN_DESCRIPTOR = /^\/(?:dev\/(?:fd\/(\d+)|(stdin))|proc\/(?:self\/fd\/(\d+)|\d+\/fd\/\d+))$/;

/**
 * Whether a path names a descriptor that this process was given, such as `/dev/stdin` or `/dev/fd/3`. Unlike other paths
 * of devices, it is read even if it is a pipe or a socket.
 */
export function isGivenDescriptor(path: string): boolean {
  return OWN_DESCRIPTOR.test(absolutePath(path));
}

/**
 * Opens a file, reads from its descriptor, and closes it. Linux opens no socket by its path (ENXIO), and Node and Bun give
 * sockets to the programs that they start: a socket that this process was given is read as it is.
 *
 * @param options.wait whether to wait for the writer of a named pipe; by default it does not
 * @throws what the system throws, and what `read` throws
 */
export function withInput<Result>(
  path: string,
  read: (descriptor: number) => Result,
  { wait = false } = {},
): Result {
  const nonBlocking = wait || isGivenDescriptor(path) ? 0 : (constants.O_NONBLOCK ?? 0);
  const { descriptor, given } = opened(path, constants.O_RDONLY | nonBlocking);
  try {
    return read(descriptor);
  } finally {
    if (!given) closeSync(descriptor);
  }
}

function opened(path: string, flags: number): { descriptor: number; given: boolean } {
  try {
    return { descriptor: openSync(systemPath(path), flags), given: false };
  } catch (error) {
    const [, inDev, standardInput, inProc] = OWN_DESCRIPTOR.exec(absolutePath(path)) ?? [];
    const number = standardInput === undefined ? (inDev ?? inProc) : "0";
    if (errnoOf(error) !== "ENXIO" || number === undefined) throw error;
    if (!fstatSync(Number(number)).isSocket()) throw error;
    return { descriptor: Number(number), given: true };
  }
}
