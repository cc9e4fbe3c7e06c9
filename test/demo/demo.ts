import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { TOUR } from "./tour.ts";

/** Runs the tour in a temporary git repository and prints each command with what it says, as in a terminal. */
function demo(): number {
  const folder = mkdtempSync(join(tmpdir(), "pprotect-demo-"));
  const environment = {
    PATH: `${resolve("dist")}:${process.env.PATH ?? ""}`,
    HOME: folder,
    TERM: process.env.TERM ?? "dumb",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
  };
  try {
    writeFileSync(join(folder, "alice.pass"), "correct horse battery staple\n", { mode: 0o600 });
    for (const { says, run, exit = 0 } of TOUR) {
      if (says !== undefined) console.log(`\n# ${says}`);
      console.log(`$ ${run}`);
      const { exitCode, stdout } = Bun.spawnSync(["sh", "-c", `exec 2>&1; ${run}`], {
        cwd: folder,
        env: environment,
      });
      process.stdout.write(stdout);
      if (exitCode !== exit) {
        console.error(`the tour stopped: exit status ${exitCode} where ${exit} was expected`);
        return 1;
      }
    }
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = demo();
