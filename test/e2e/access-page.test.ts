import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { needs } from "../support/programs.ts";
import { runProgram } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { withStaleAccess } from "../support/stale-access.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

test.if(needs("chromium-headless-shell"))(
  "`access --format html` is a page that a browser shows without a script, and prints on A4",
  async () => {
    const repository = await withStaleAccess();
    const { stdout } = await repository.pprotect(["access", "--format", "html"], {
      PPROTECT_USER: ALICE.name,
      PPROTECT_PASSPHRASE: ALICE.passphrase,
    });
    repository.write("review.html", stdout);
    const browser = ["chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    const page = join(repository.folder, "review.html");
    const run = async (...args: readonly string[]) =>
      runProgram([...browser, `--user-data-dir=${repository.folder}/profile`, ...args, `file://${page}`], {
        cwd: repository.folder,
      });
    const shot = await run(
      "--enable-logging=stderr",
      "--v=0",
      "--window-size=1000,1400",
      "--screenshot=review.png",
    );
    expect(shot.stderr).not.toContain("CONSOLE");
    expect(statSync(join(repository.folder, "review.png")).size).toBeGreaterThan(20_000);
    await run("--no-pdf-header-footer", "--print-to-pdf=review.pdf");
    const pdf = join(repository.folder, "review.pdf");
    expect(existsSync(pdf)).toBe(true);
    // 210 × 297 mm in points.
    const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(readFileSync(pdf, "latin1")) ?? [];
    expect([Math.round(Number(width)), Math.round(Number(height))]).toEqual([595, 842]);
    const shown = await run("--dump-dom");
    expect(shown.stdout).toContain("<title>Access review of protected.yaml</title>");
    expect(shown.stdout).toContain("bob@example.com</b> still knows");
  },
);
