import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reportFallback } from "../common/fallback.ts";
import { isBun } from "../common/runtime.ts";
import { createMemoryFile, writeFully } from "../system/memory-file.ts";
import { temporaryDirectory } from "../system/user-directories.ts";

/**
 * Loads a Node-API addon from a file that may be inside the compiled binary.
 *
 * Bun itself would unpack it to the temporary directory under a predictable name, where another user could plant a file
 * first, and which may be mounted `noexec`. So on Linux it is loaded from a file in memory; elsewhere from a new
 * directory that only this user can enter and that is removed right after.
 *
 * @param file the addon's file
 * @param what what it is, for the message, such as `Argon2id`
 * @returns the addon's exports, or `undefined` when it cannot be loaded; the reason is published as a fallback
 */
export function loadAddon<Exports>(file: string, what: string): Exports | undefined {
  try {
    // In Node there are no binaries with an addon inside: the file is an installed package's.
    if (!isBun) return openAddon(file);
    const bytes = readFileSync(file);
    return process.platform === "linux" ? loadFromMemory(bytes) : loadFromPrivateDirectory(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown error";
    reportFallback(`cannot load the native ${what} (${reason}); using a slower one`);
    return undefined;
  }
}

function loadFromMemory<Exports>(bytes: Uint8Array): Exports {
  const descriptor = createMemoryFile("pprotect-addon", { executable: true });
  writeFully(descriptor, bytes);
  return openAddon(`/proc/self/fd/${descriptor}`);
}

/** @throws the system's error when the temporary directory is full, read-only or mounted `noexec` */
export function loadFromPrivateDirectory<Exports>(bytes: Uint8Array): Exports {
  const directory = mkdtempSync(join(temporaryDirectory(), "pprotect-"));
  try {
    const path = join(directory, "addon.node");
    writeFileSync(path, bytes, { mode: 0o700 });
    return openAddon(path);
  } finally {
    // Windows cannot remove the file of a loaded library.
    if (process.platform !== "win32") rmSync(directory, { recursive: true, force: true });
  }
}

function openAddon<Exports>(path: string): Exports {
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module as NodeModule, path);
  return module.exports as Exports;
}
