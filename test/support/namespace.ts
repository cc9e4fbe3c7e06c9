import type { Program } from "./programs.ts";
import { type Result, type RunOptions, runProgram } from "./run.ts";

/** What {@link withMounts} starts: for `needs`. */
export const MOUNTING: readonly Program[] = ["unshare", "mount"];

/**
 * Runs a shell script that may mount file systems: they are its own, and gone with it. Where that is not
 * permitted the script fails, so no test passes without its disk.
 */
export function withMounts(script: string, args: readonly string[], options: RunOptions): Promise<Result> {
  const asRoot = process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
  return runProgram(["unshare", "--mount", ...asRoot, "sh", "-euc", script, ...args], options);
}
