import { writeSync } from "node:fs";
import { openLibc } from "./libc.ts";

/** Flags of memfd_create(2). */
const MFD_CLOEXEC = 1;
const MFD_NOEXEC_SEAL = 8;

/**
 * Creates a file in memory (memfd_create(2), Linux only). It has no path, and is gone with the last process that has
 * it open.
 *
 * @param name shown in /proc/PID/fd only
 * @param executable whether its content may be run, or loaded as a library
 * @returns its descriptor, which child processes do not inherit
 * @throws Error when the system has no such files
 */
export function createMemoryFile(name: string, { executable }: { readonly executable: boolean }): number {
  const { memfd_create } = openLibc({ memfd_create: { args: ["ptr", "u32"], returns: "int" } });
  const cName = Buffer.from(`${name}\0`);
  // Kernels before 6.3 do not know MFD_NOEXEC_SEAL.
  for (const flags of executable ? [MFD_CLOEXEC] : [MFD_CLOEXEC | MFD_NOEXEC_SEAL, MFD_CLOEXEC]) {
    const descriptor = memfd_create(cName, flags);
    if (descriptor >= 0) return descriptor;
  }
  throw new Error("memfd_create failed");
}

/** Writes all bytes to a descriptor: a single write(2) may write fewer. */
export function writeFully(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}
