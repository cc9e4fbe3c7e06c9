import { peakMemoryOf } from "../support/peak-memory.ts";

/** What is measured: a command, its floor or its target. */
export interface Candidate {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Standard input; left out, there is none. */
  readonly input?: string;
  /** Puts back what the command changed; its time does not count. */
  readonly before?: () => void;
}

/** Medians of a candidate's runs, and the peak of its memory in one of its own. */
export interface Measurement {
  /** Wall time. */
  readonly milliseconds: number;
  /** Time of all processors, of the processes that it started too. */
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
}

/**
 * Runs all candidates in turn, again and again: what else the machine does falls on all of them alike, so
 * their ratios hold where their times do not.
 *
 * @param rounds runs of each that count; where there are several, one more goes first and does not
 * @returns measurements by name
 * @throws when a command does not exit with 0: its time would say nothing
 */
export async function measureInTurn(
  candidates: readonly Candidate[],
  rounds: number,
): Promise<Map<string, Measurement>> {
  const runs = new Map<string, Run[]>(candidates.map(({ name }) => [name, []]));
  for (let round = rounds > 1 ? -1 : 0; round < rounds; round++) {
    for (const candidate of candidates) {
      const run = runOnce(candidate);
      if (round >= 0) runs.get(candidate.name)?.push(run);
    }
  }
  const measured = new Map<string, Measurement>();
  for (const candidate of candidates) {
    const all = runs.get(candidate.name) ?? [];
    measured.set(candidate.name, {
      milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
      cpuMilliseconds: median(all.map(({ cpuMilliseconds }) => cpuMilliseconds)),
      peakMegabytes: await peakMegabytes(candidate),
    });
  }
  return measured;
}

type Run = Pick<Measurement, "milliseconds" | "cpuMilliseconds">;

function runOnce({ name, command, cwd, input, before }: Candidate): Run {
  before?.();
  const start = performance.now();
  const { exitCode, stderr, resourceUsage } = Bun.spawnSync([...command], {
    cwd,
    stdin: input === undefined ? null : Buffer.from(input),
    stdout: "ignore",
    stderr: "pipe",
    env: { PATH: process.env.PATH ?? "", HOME: cwd, GIT_CONFIG_GLOBAL: "/dev/null" },
  });
  const milliseconds = performance.now() - start;
  if (exitCode !== 0) throw new Error(`${name}: exit ${exitCode}: ${stderr}`);
  return { milliseconds, cpuMilliseconds: Number(resourceUsage.cpuTime.total) / 1000 };
}

async function peakMegabytes({ command, cwd, input = "", before }: Candidate): Promise<number> {
  before?.();
  return (await peakMemoryOf(command, { cwd, input, env: { GIT_CONFIG_GLOBAL: "/dev/null" } })) / 1024 / 1024;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
