import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { errnoOf } from "./file-error.ts";
import { ifThere } from "./if-there.ts";
import { systemPath } from "./path-text.ts";

/** How a file gets another name, and its content; a test has its own. */
interface FileCalls {
  readonly link: (from: string, to: string) => void;
  readonly write: (descriptor: number, content: string) => void;
}

const SYSTEM: FileCalls = {
  link: (from, to) => linkSync(systemPath(from), systemPath(to)),
  write: writeFileSync,
};

/** Errors of file systems without hard links, such as FAT; on Windows, that of exFAT is EISDIR (nodejs/node#65817). */
const NO_LINKS: ReadonlySet<string> = new Set([
  "EPERM",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EINVAL",
  "EISDIR",
]);

/**
 * Creates a file that only one process can create. It is written under another name and then linked, so that nobody sees it
 * without its content, however slow this process is.
 *
 * @param temporary the other name, beside it; what is there is replaced
 * @returns whether this process has created it
 * @throws the system's error
 */
export function createExclusively(
  path: string,
  temporary: string,
  content: string,
  calls: FileCalls = SYSTEM,
): boolean {
  discard(temporary);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(systemPath(temporary), "wx");
    writeFileSync(descriptor, content);
    // Over NFS, others see what was written only after this.
    fsyncSync(descriptor);
    calls.link(temporary, path);
    return isThatFile(descriptor, path);
  } catch (error) {
    const code = errnoOf(error);
    // Of a request that was sent twice, the answer over NFS is that to the second (open(2)).
    if (code === "EEXIST") return descriptor !== undefined && isThatFile(descriptor, path);
    if (NO_LINKS.has(code)) return createInPlace(path, content, calls);
    // A writer that removes what killed ones have left has removed it.
    if (code === "ENOENT" && !isThere(temporary)) return false;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
    discard(temporary);
  }
}

/** Until it has its content, others may take it for abandoned, and remove it: then it is not ours. */
function createInPlace(path: string, content: string, { write }: FileCalls): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(systemPath(path), "wx");
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
  try {
    write(descriptor, content);
    return isThatFile(descriptor, path);
  } finally {
    closeSync(descriptor);
  }
}

/** Not so when another process has replaced it: in another container, or on another machine, one may have our process id. */
function isThatFile(descriptor: number, path: string): boolean {
  const own = fstatSync(descriptor, { bigint: true });
  const now = ifThere(() => statSync(systemPath(path), { bigint: true }));
  return now !== undefined && own.ino === now.ino && own.dev === now.dev;
}

function isThere(path: string): boolean {
  return ifThere(() => statSync(systemPath(path))) !== undefined;
}

function discard(path: string): void {
  rmSync(systemPath(path), { force: true });
}
