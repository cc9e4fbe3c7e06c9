import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportFallback } from "../../common/fallback.ts";
import { createMemoryFile, writeFully } from "../../system/memory-file.ts";

/**
 * Loads a Node-API addon from a file that may lie inside the compiled binary.
 *
 * Bun would unpack it to the temporary directory under a name that anyone can foretell, where another user could
 * plant a file first and a `noexec` mount stops it. On Linux it is therefore loaded from memory that has no
 * name; elsewhere from a new directory that only this user can enter, removed again at once.
 *
 * @returns the addon's exports, or `undefined` when it cannot be loaded here; why is told as a fallback
 */
export function loadAddon<Exports>(file: string): Exports | undefined {
  try {
    const bytes = readFileSync(file);
    return process.platform === "linux" ? loadFromMemory(bytes) : loadFromPrivateDirectory(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "an unknown error";
    reportFallback(`the native Argon2id cannot be loaded (${reason}); a slower one is used`);
    return undefined;
  }
}

function loadFromMemory<Exports>(bytes: Uint8Array): Exports {
  const descriptor = createMemoryFile("pprotect-addon", { executable: true });
  writeFully(descriptor, bytes);
  return openAddon(`/proc/self/fd/${descriptor}`);
}

/** @throws what the system says where the temporary directory is full, read-only or mounted `noexec` */
export function loadFromPrivateDirectory<Exports>(bytes: Uint8Array): Exports {
  const directory = mkdtempSync(join(tmpdir(), "pprotect-"));
  try {
    const path = join(directory, "addon.node");
    writeFileSync(path, bytes, { mode: 0o700 });
    return openAddon(path);
  } finally {
    // Windows keeps a loaded library's file until the process ends.
    if (process.platform !== "win32") rmSync(directory, { recursive: true, force: true });
  }
}

function openAddon<Exports>(path: string): Exports {
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module as NodeModule, path);
  return module.exports as Exports;
}
