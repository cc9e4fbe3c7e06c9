import { closeSync, openSync, writeSync } from "node:fs";
import { processorTime } from "../support/processor-time.ts";
import { TARGETS } from "./targets.ts";

/*
 * Runs mutants in a process of their own, which can be killed when one hangs:
 *
 *   bun test/fuzz/run.ts TARGET FIRST_SEED COUNT [PROGRESS_FILE]
 *
 * A mutant is decided by its seed alone: with a count of 1 the one that failed runs again. The seed at work
 * stands in the progress file. How many ended in which way is printed as JSON, with the slowest one's processor
 * time (a busy machine slows the clock on the wall alone) and the most memory that was in use.
 */
const [name = "", first = "1", count = "1", progress] = process.argv.slice(2);
const target = TARGETS[name];
if (!target) throw new Error(`no target ${name}; there are ${Object.keys(TARGETS).join(", ")}`);

const descriptor = progress === undefined ? undefined : openSync(progress, "w");
const outcomes: Record<string, number> = {};
let slowest = { seed: 0, ms: 0 };
// Read once for each mutant, at its end: for the small ones that takes a tenth of the time.
let since = processorTime();
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  if (descriptor !== undefined) writeSync(descriptor, String(seed).padEnd(16), 0);
  try {
    const outcome = await target(seed);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  } catch (error) {
    console.error(`mutant failed: bun test/fuzz/run.ts ${name} ${seed} 1`);
    throw error;
  }
  const until = processorTime();
  const ms = Math.round(until - since);
  since = until;
  if (ms > slowest.ms) slowest = { seed, ms };
}
if (descriptor !== undefined) closeSync(descriptor);
const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ outcomes, slowest, megabytes }));
