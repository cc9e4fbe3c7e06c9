import { binary } from "./binary.ts";
import { type RunOptions, runProgram } from "./run.ts";

/**
 * The most memory that the compiled binary had in one run, in bytes.
 *
 * A process starts with the peak of the one that it was forked from, and the tests' own process has grown with all
 * the tests before: so a small one stands between them.
 *
 * @throws when the binary does not end with 0
 */
export async function peakMemory(args: readonly string[], options: RunOptions): Promise<number> {
  const script = `
    const { success, stderr, resourceUsage } = Bun.spawnSync(process.argv.slice(1), {
      stdin: "inherit",
      stdout: "ignore",
    });
    if (!success) throw new Error(stderr.toString());
    console.log(resourceUsage.maxRSS);
  `;
  const { status, stdout, stderr } = await runProgram(
    [process.execPath, "-e", script, binary(), ...args],
    options,
  );
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
