import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Step, TOUR } from "./tour.ts";

/** A step of the tour with all that it printed. */
export interface Recorded extends Step {
  readonly output: string;
}

/**
 * Runs the tour in a temporary git repository, with the binary in dist.
 *
 * @returns its steps one by one, as they end
 * @throws Error when a step has another exit status than it must have
 */
export function* recordTour(): Generator<Recorded> {
  const folder = mkdtempSync(join(tmpdir(), "pprotect-demo-"));
  const environment = {
    PATH: `${resolve("dist")}:${process.env.PATH ?? ""}`,
    HOME: folder,
    PPROTECT_USER: "alice@example.com",
    PPROTECT_PASSPHRASE_FILE: join(folder, "alice.pass"),
    TERM: process.env.TERM ?? "dumb",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
  };
  try {
    writeFileSync(join(folder, "alice.pass"), "correct horse battery staple\n", { mode: 0o600 });
    for (const step of TOUR) {
      const { exitCode, stdout } = Bun.spawnSync(["sh", "-c", `exec 2>&1; ${step.run}`], {
        cwd: folder,
        env: environment,
      });
      const { exit = 0 } = step;
      const output = stdout.toString();
      yield { ...step, output };
      if (exitCode !== exit) {
        throw new Error(`the tour stopped: exit status ${exitCode} where ${exit} was expected`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
