/**
 * The command that starts our own program again: the binary, on Linux by a path that holds when the file is replaced
 * meanwhile; or, uncompiled, the runtime and our source.
 */
export function ownProgram(): readonly string[] {
  if (!Bun.main.startsWith("/$bunfs/")) return [process.execPath, Bun.main];
  return [process.platform === "linux" ? "/proc/self/exe" : process.execPath];
}
