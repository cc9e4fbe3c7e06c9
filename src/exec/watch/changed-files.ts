import { type BigIntStats, statSync } from "node:fs";
import { pause } from "../../common/pause.ts";

/**
 * ms between two looks. Looking by path finds a file that was replaced by rename, too, on every file system; the
 * system's notices are lost on networks and in containers.
 */
const LOOK_MS = 500;

/** The states of files in one text; different after any change of one. */
function stateOf(files: readonly string[]): string {
  return files.map(stateOfFile).join("\n");
}

function stateOfFile(path: string): string {
  let stats: BigIntStats | undefined;
  try {
    stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    // One of its directories cannot be entered: as if the file did not exist.
  }
  return stats ? [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(" ") : "missing";
}

/**
 * Waits until files have changed, and have been left alone since the last look.
 *
 * @param since the state that is known; empty for none
 * @returns their state now, or `undefined` when it was stopped
 */
export async function changeOf(
  files: readonly string[],
  since: string,
  stop: AbortSignal,
  lookMs: number = LOOK_MS,
): Promise<string | undefined> {
  for (let last = since; ; ) {
    await pause(lookMs, stop);
    if (stop.aborted) return undefined;
    const now = stateOf(files);
    if (now !== since && now === last) return now;
    last = now;
  }
}
