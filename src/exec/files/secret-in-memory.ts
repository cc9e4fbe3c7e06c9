import { closeSync, fchmodSync } from "node:fs";
import { encodeUtf8 } from "../../common/utf8.ts";
import { wipe } from "../../crypto/bytes.ts";
import { createMemoryFile, writeFully } from "../../system/memory-file.ts";

/** Read and write for the owner only: ssh refuses a key that others can read. */
const PRIVATE = 0o600;

/**
 * Creates a file of mode 0600 in memory, with a secret in it. The kernel removes it with the last process that has it
 * open, even if that process is killed.
 *
 * @returns its descriptor, or `undefined` where the system has no files in memory
 */
export function openSecretInMemory(content: string): number | undefined {
  const descriptor = create();
  if (descriptor === undefined) return undefined;
  const bytes = encodeUtf8(content);
  try {
    writeFully(descriptor, bytes);
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
    return createMemoryFile("pprotect", { executable: false });
  } catch {
    return undefined;
  }
}
