/** One whole process: its wall time and its peak of memory. */
interface Run {
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

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

/** Median wall time and largest peak of a candidate's runs. */
export interface Measurement {
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

/**
 * Runs all candidates in turn, again and again: what else the machine does falls on all of them alike, so
 * their ratios hold where their times do not.
 *
 * @param rounds runs of each that count; one more goes first and does not
 * @returns measurements by name
 * @throws when a command does not exit with 0: its time would say nothing
 */
export function measureInTurn(candidates: readonly Candidate[], rounds: number): Map<string, Measurement> {
  const runs = new Map<string, Run[]>(candidates.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const candidate of candidates) {
      const run = runOnce(candidate);
      if (round >= 0) runs.get(candidate.name)?.push(run);
    }
  }
  return new Map([...runs].map(([name, all]) => [name, summary(all)]));
}

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
  return { milliseconds, peakMegabytes: resourceUsage.maxRSS / 1024 / 1024 };
}

function summary(runs: readonly Run[]): Measurement {
  const sorted = runs.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return {
    milliseconds: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    peakMegabytes: Math.max(...runs.map(({ peakMegabytes }) => peakMegabytes)),
  };
}
