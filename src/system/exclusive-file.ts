import { closeSync, fstatSync, linkSync, openSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** Errors of file systems without hard links, such as FAT. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

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
  try {
    writeFileSync(systemPath(temporary), content, { flag: "wx" });
    calls.link(temporary, path);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    // Of a request that was sent twice, the answer over NFS is that to the second (open(2)).
    if (code === "EEXIST") return hasTwoNames(temporary);
    if (NO_LINKS.has(code)) return createInPlace(path, content, calls);
    // A writer that removes what killed ones have left has removed it.
    if (code === "ENOENT" && !isThere(temporary)) return false;
    throw error;
  } finally {
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
    const own = fstatSync(descriptor, { bigint: true });
    const now = ifThere(() => statSync(systemPath(path), { bigint: true }));
    return now !== undefined && own.ino === now.ino && own.dev === now.dev;
  } finally {
    closeSync(descriptor);
  }
}

function hasTwoNames(path: string): boolean {
  return ifThere(() => statSync(systemPath(path)))?.nlink === 2;
}

function isThere(path: string): boolean {
  return ifThere(() => statSync(systemPath(path))) !== undefined;
}

function discard(path: string): void {
  rmSync(systemPath(path), { force: true });
}
