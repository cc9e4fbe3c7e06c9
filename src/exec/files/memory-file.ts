import { closeSync, fchmodSync, writeSync } from "node:fs";
import { encodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { openLibc } from "../../system/libc.ts";

/** Flags of memfd_create(2). */
const CLOSE_ON_EXEC = 1;
const NOT_EXECUTABLE = 8;

/** Read and write for its owner: ssh takes no key that others could read. */
const PRIVATE = 0o600;

/**
 * A file of mode 0600 that has no name and is in memory alone (memfd_create(2)): it is gone with the last process
 * that has it open, however that ends.
 *
 * @returns its descriptor, or `undefined` where the system has no such files
 */
export function openMemoryFile(content: string): number | undefined {
  const descriptor = create();
  if (descriptor === undefined) return undefined;
  const bytes = encodeUtf8(content);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    fchmodSync(descriptor, PRIVATE);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  } finally {
    wipe(bytes);
  }
  return descriptor;
}

function create(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const { memfd_create } = openLibc({ memfd_create: { args: ["ptr", "u32"], returns: "int" } });
    // A name for /proc alone. Kernels before 6.3 do not know of files that are not executable.
    const name = Buffer.from("pprotect\0");
    for (const flags of [CLOSE_ON_EXEC | NOT_EXECUTABLE, CLOSE_ON_EXEC]) {
      const descriptor = memfd_create(name, flags);
      if (descriptor >= 0) return descriptor;
    }
  } catch {
    // A C library older than the call.
  }
  return undefined;
}
