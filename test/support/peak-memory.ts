import { binary } from "./binary.ts";
import { type RunOptions, runProgram } from "./run.ts";

/**
 * The most memory that a program had in one run, in bytes; what is less than some 45 MB is not told.
 *
 * A process starts with the peak of the one that it was forked from, and the caller may have grown: so a small one
 * stands between them.
 *
 * @throws when the program does not end with 0
 */
export async function peakMemoryOf(command: readonly string[], options: RunOptions): Promise<number> {
  const script = `
    const { success, stderr, resourceUsage } = Bun.spawnSync(process.argv.slice(1), {
      stdin: "inherit",
      stdout: "ignore",
    });
    if (!success) throw new Error(stderr.toString());
    console.log(resourceUsage.maxRSS);
  `;
  const { status, stdout, stderr } = await runProgram([process.execPath, "-e", script, ...command], options);
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

/** {@link peakMemoryOf} the compiled binary. */
export async function peakMemory(args: readonly string[], options: RunOptions): Promise<number> {
  return peakMemoryOf([binary(), ...args], options);
}
