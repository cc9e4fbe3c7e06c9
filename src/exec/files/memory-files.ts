import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { isInMemory } from "../../system/private-directory.ts";
import { runtimeDirectory } from "../../system/user-directories.ts";
import { type Helper, startHelper, stopHelper, waitForEndOf } from "../process/helper-process.ts";
import { REMOVER_WORD } from "../process/helper-words.ts";
import type { FileContent, HeldFiles } from "./secret-files.ts";

/**
 * Writes files of mode 0600 in a new directory of mode 0700 on a file system in memory. A small process removes them when
 * this process ends, or the program that replaces it by execve(2), even if it is killed.
 *
 * @param start starts our own program as that process
 * @returns their paths, and what removes them before that; or `undefined` where there is no such file system, or it is
 *   full
 */
export async function writeMemoryFiles(
  files: readonly FileContent[],
  start: (words: readonly string[]) => Helper = startHelper,
): Promise<HeldFiles | undefined> {
  const parent = memoryDirectory();
  if (parent === undefined) return undefined;
  let directory: string | undefined;
  let remover: Helper | undefined;
  try {
    directory = mkdtempSync(join(parent, "pprotect-"));
    // Before anything is in it: if we are killed while the process starts, only an empty directory is left.
    remover = start([REMOVER_WORD, String(process.pid), directory]);
    const { pid, ready } = remover;
    if (!(await ready)) throw new Error("the directory would not be removed");
    const paths = files.map((file, index) => write(join(directory ?? "", String(index)), file));
    const release = (): void => {
      rmSync(directory ?? "", { recursive: true, force: true });
      stopHelper(pid);
    };
    return { paths, release };
  } catch {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    if (remover) stopHelper(remover.pid);
    return undefined;
  }
}

/** Each file has a directory of its own, so that two may have the same name. */
function write(directory: string, { name, content }: FileContent): string {
  mkdirSync(directory, { mode: 0o700 });
  const path = join(directory, name);
  const bytes = encodeUtf8(content);
  try {
    writeFileSync(path, bytes, { mode: 0o600, flag: "wx" });
  } finally {
    wipe(bytes);
  }
  return path;
}

/** The user's own directory, if it is in memory, else the one for shared memory. */
function memoryDirectory(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const own = runtimeDirectory(process.env);
  const candidates = own !== undefined && belongsToUs(own) ? [own] : [];
  return [...candidates, "/dev/shm"].find(isInMemory);
}

function belongsToUs(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.uid === process.getuid?.();
}

/**
 * Runs in the removing process.
 * @param args the parent's process id, and the directory
 */
export function removeFiles([parent = "", directory = ""]: readonly string[]): never {
  return waitForEndOf(Number(parent), 'rm -rf -- "$1"', [directory]);
}
