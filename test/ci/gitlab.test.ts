import { afterAll, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { needs } from "../support/programs.ts";
import { runProgram } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { NOW } from "../support/stores.ts";
import { fakeRelease, pullRequest, TOKEN_LINE, yamlFile } from "./ci-repository.ts";

afterAll(removeFolders);

interface Template {
  readonly pprotect: {
    readonly before_script: readonly string[];
    readonly script: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  };
}

const JOB = yamlFile<Template>("ci/gitlab.yml").pprotect;

async function runJob(folder: string, variables: Readonly<Record<string, string>>) {
  const lines = [...JOB.before_script, ...JOB.script].join("\n");
  return runProgram(["bash", "-eo", "pipefail", "-c", lines], {
    cwd: folder,
    env: { ...GIT_IDENTITY, ...JOB.variables, ...variables },
  });
}

test.if(needs("curl"))(
  "the template checks a merge request, and writes reports in GitLab's forms",
  async () => {
    const { folder, pin } = await fakeRelease();
    const { repository, base } = await pullRequest((file) => file.addSecret("dev", "one", "v", NOW));
    const variables = {
      PPROTECT_RELEASE_URL: `file://${folder}`,
      PPROTECT_SUMS_SHA256: pin,
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    };
    const read = (name: string) => readFileSync(join(repository.folder, name), "utf8");
    const clean = await runJob(repository.folder, variables);
    expect([clean.status, clean.stderr]).toEqual([0, expect.any(String)]);
    expect(JSON.parse(read("gl-code-quality-report.json"))).toEqual([]);
    expect(read("pprotect-summary.md")).toContain("`dev/one`");

    repository.write("config.ini", TOKEN_LINE);
    await repository.must("add", "config.ini");
    await repository.must("commit", "-q", "-m", "a token");
    const found = await runJob(repository.folder, variables);
    expect(found.status).toBe(1);
    expect(JSON.parse(read("gl-code-quality-report.json"))).toEqual([
      {
        description: expect.any(String),
        check_name: expect.any(String),
        severity: "critical",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        location: { path: "config.ini", lines: { begin: 1 } },
      },
    ]);
    expect(found.stdout).not.toContain(TOKEN_LINE.slice(8, 40));

    // A merge request may bring programs, and links in place of the reports.
    for (const path of [".pprotect-ci/bin/git", "bin/git"]) {
      repository.write(path, "#!/bin/sh\ntouch PWNED\n");
      chmodSync(join(repository.folder, path), 0o755);
    }
    rmSync(join(repository.folder, "pprotect-summary.md"));
    const outside = join(folder, "outside");
    symlinkSync(outside, join(repository.folder, "pprotect-summary.md"));
    const hostile = await runJob(repository.folder, variables);
    expect([hostile.status, existsSync(join(repository.folder, "PWNED")), existsSync(outside)]).toEqual([
      1,
      false,
      false,
    ]);

    const other = await runJob(repository.folder, { ...variables, PPROTECT_SUMS_SHA256: "0".repeat(64) });
    expect([other.status, other.stdout.includes("Installed")]).toEqual([1, false]);
  },
);
