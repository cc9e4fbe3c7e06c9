import { lstatSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statfsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileError } from "./file-error.ts";
import { runtimeDirectory, temporaryDirectory } from "./user-directories.ts";

/** statfs(2): the types of file systems that are in memory, tmpfs and ramfs. */
const MEMORY_FILE_SYSTEMS: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

const PREFIX = "pprotect-";
/** The prefix, and what mkdtemp(3) puts behind it. */
const NAME = /^pprotect-[A-Za-z0-9]{6}$/;

/** A new directory that only this user can enter. */
export interface PrivateDirectory {
  readonly path: string;
  /** Whether its files are in memory; else they are on a disk. */
  readonly inMemory: boolean;
  /** Removes it with everything in it. */
  remove(): void;
}

/**
 * Creates a directory of mode 0700, in memory where the system can: in `$XDG_RUNTIME_DIR` or /dev/shm, else in the
 * temporary directory. It is removed even if this process is killed.
 *
 * @param overwrite overwrites and removes a file, for directories on a disk
 * @throws PprotectError `file_error`
 */
export function createPrivateDirectory(overwrite: (path: string) => void): PrivateDirectory {
  const memory = directoryInMemory();
  const path = create(memory ?? temporaryDirectory());
  const stopWatching = removeWhenKilled(path);
  return {
    path,
    inMemory: memory !== undefined,
    remove: () => {
      for (const name of memory === undefined ? readdirSync(path) : []) {
        const file = join(path, name);
        if (lstatSync(file).isFile()) overwrite(file);
      }
      rmSync(path, { recursive: true, force: true });
      stopWatching();
    },
  };
}

/**
 * Creates a directory like {@link createPrivateDirectory} that stays when this process ends.
 * @returns its path
 * @throws PprotectError `file_error`
 */
export function createLastingDirectory(): string {
  return create(directoryInMemory() ?? temporaryDirectory());
}

/** Removes the directory of {@link createLastingDirectory} that a file was in, if it was the last one there. */
export function removeLastingDirectory(file: string): void {
  const directory = dirname(file);
  if (!NAME.test(basename(directory))) return;
  if (dirname(directory) !== (directoryInMemory() ?? temporaryDirectory())) return;
  try {
    rmdirSync(directory);
  } catch {
    // There are other files in it, or it is gone.
  }
}

function directoryInMemory(): string | undefined {
  const candidates = [runtimeDirectory(process.env), "/dev/shm"];
  return candidates.find((path) => path !== undefined && isInMemory(path));
}

/** Whether a path is on a file system in memory, as far as is known: on Linux only. */
export function isInMemory(path: string): boolean {
  try {
    return process.platform === "linux" && MEMORY_FILE_SYSTEMS.has(statfsSync(path).type);
  } catch {
    return false;
  }
}

function create(parent: string): string {
  try {
    return mkdtempSync(join(parent, PREFIX));
  } catch (error) {
    throw fileError("create a directory in", parent, error);
  }
}

/** Reads until this process ends, then removes the directory. In a session of its own, signals of ours do not end it. */
const WATCH = 'trap "" HUP INT TERM; cat >/dev/null; rm -rf -- "$1"';

function removeWhenKilled(path: string): () => void {
  if (process.platform === "win32") return () => undefined;
  const watcher = Bun.spawn(["/bin/sh", "-c", WATCH, "sh", path], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watcher.unref();
  return () => watcher.kill("SIGKILL");
}
