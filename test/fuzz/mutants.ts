import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COUNTS, TIMES } from "../support/counts.ts";

/** The seed of the first mutant: for runs with other seeds. */
const FIRST = Number(process.env.PPROTECT_FUZZ_SEED ?? 1);

/** How many mutants each target gets, and what some of them must come to: else they would say nothing of it. */
export const RUNS = {
  parser: {
    count: COUNTS.parserMutants,
    outcomes: ["invalid_store", "accepted", "accepted as it is", "unresolved_merge"],
  },
  merge: { count: COUNTS.mergeMutants, outcomes: ["clean", "conflict", "merged as text"] },
  guardStore: { count: COUNTS.guardStoreMutants, outcomes: ["refused", "found", "accepted"] },
  guardText: { count: COUNTS.guardTextMutants, outcomes: ["found", "nothing found"] },
  guardDiff: { count: COUNTS.guardDiffMutants, outcomes: ["lines added", "no lines"] },
  guardLines: { count: COUNTS.hostileLines, outcomes: ["found", "nothing found"] },
  redactor: { count: COUNTS.redactorMutants, outcomes: ["redacted", "untouched"] },
} as const;

/** ms of processor time that one mutant may take. */
const BOUND = 2_000;
/** ms after which one that gives no sign of life is killed, on a machine however busy. */
const PATIENCE = 30_000;
/** The share of a target's mutants that each outcome has at least. */
const LEAST_SHARE = 1 / 200;
const MAX_MEGABYTES = 700;

/** The tests of some targets; each file has a few, so that the files run side by side. */
export function testMutantsOf(...targets: readonly (keyof typeof RUNS)[]): void {
  let folder = "";
  beforeAll(() => {
    // In memory where there is such a folder: the merge driver syncs every file that it writes.
    folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "pprotect-fuzz-"));
    // What the merge driver cannot read it leaves to git, which wants a repository.
    Bun.spawnSync(["git", "init", "-q", folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(targets)(
    "%s: no mutant crashes, hangs, fills the memory or breaks a law",
    async (target) => {
      const { count, outcomes } = RUNS[target];
      const progress = join(folder, target);
      const command = [
        process.execPath,
        join(import.meta.dir, "run.ts"),
        target,
        FIRST,
        count * TIMES,
        progress,
      ];
      const child = Bun.spawn(command.map(String), {
        cwd: folder,
        env: { ...process.env, PPROTECT_FUZZ_FOLDER: folder },
        stdout: "pipe",
        stderr: "pipe",
      });
      const watch = setInterval(
        watchdog(progress, () => child.kill("SIGKILL")),
        PATIENCE / 2,
      );
      const [report, complaint, status] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      clearInterval(watch);
      expect([status, seedIn(progress), complaint]).toEqual([0, seedIn(progress), ""]);
      const { outcomes: counts, slowest, megabytes } = JSON.parse(report);
      console.log(`${target}: ${report.trim()}`);
      for (const outcome of outcomes) {
        expect([outcome, counts[outcome] ?? 0]).toEqual([outcome, expect.any(Number)]);
        expect(counts[outcome] ?? 0).toBeGreaterThan(count * TIMES * LEAST_SHARE);
      }
      expect(slowest.ms).toBeLessThan(BOUND);
      expect(megabytes).toBeLessThan(MAX_MEGABYTES);
    },
    600_000 * TIMES,
  );
}

function seedIn(progress: string): string {
  return existsSync(progress) ? readFileSync(progress, "utf8").trim() : "not started";
}

/** Kills what has stood at the same seed for two looks. */
function watchdog(progress: string, kill: () => void): () => void {
  let last = "";
  return () => {
    const now = seedIn(progress);
    if (now === last) kill();
    last = now;
  };
}
