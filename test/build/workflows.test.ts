import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import packageJson from "../../package.json" with { type: "json" };
import { PLATFORMS } from "../../src/build/release/platforms.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder } from "../support/sandbox.ts";

const ROOT = resolve(import.meta.dir, "../..");
const FOLDER = join(ROOT, ".github/workflows");

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly uses?: string;
  readonly needs?: string;
  readonly steps?: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly include?: readonly { readonly platform: string }[] } };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(FOLDER);
const workflow = (file: string): Workflow => parse(readFileSync(join(FOLDER, file), "utf8"));
const steps = (file: string): readonly Step[] =>
  Object.values(workflow(file).jobs).flatMap((job) => job.steps ?? []);

describe.each(files)("the workflow %s", (file) => {
  test("may only read unless a job says what else", () => {
    expect(workflow(file).permissions).toEqual({ contents: "read" });
  });

  test("pins every action by its commit", () => {
    const used = steps(file).flatMap((step) => step.uses ?? []);
    expect(used.length).toBeGreaterThan(0);
    for (const action of used) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    for (const job of Object.values(workflow(file).jobs)) {
      if (job.uses) expect(files.map((each) => `./.github/workflows/${each}`)).toContain(job.uses);
    }
  });

  test("runs scripts that are there, in shell that parses", async () => {
    for (const { run } of steps(file)) {
      if (run === undefined) continue;
      const shell = run.replaceAll(/\$\{\{.*?\}\}/g, "x");
      const parsed = await runProgram(["bash", "-n"], { cwd: emptyFolder(), input: shell });
      expect(parsed).toMatchObject({ status: 0, stderr: "" });
      for (const [, name = ""] of run.matchAll(/npm run (?:--silent )?([\w:]+)/g)) {
        expect(Object.keys(packageJson.scripts)).toContain(name);
      }
    }
  });

  test("waits only for jobs that it has", () => {
    const { jobs } = workflow(file);
    for (const { needs } of Object.values(jobs)) if (needs) expect(Object.keys(jobs)).toContain(needs);
  });
});

test("nothing is published that has not run on its own system", () => {
  const { jobs } = workflow("release.yml");
  const tried = jobs.try?.strategy?.matrix.include?.map((each) => each.platform);
  expect(tried?.toSorted()).toEqual(PLATFORMS.map((each) => each.name).toSorted());
  expect([jobs.build?.needs, jobs.try?.needs, jobs.publish?.needs]).toEqual(["test", "build", "try"]);
});

test("only the job that publishes may write", () => {
  const writing = files.flatMap((file) =>
    Object.entries(workflow(file).jobs)
      .filter(([, job]) => Object.values(job.permissions ?? {}).includes("write"))
      .map(([name]) => `${file} ${name}`),
  );
  expect(writing).toEqual(["release.yml publish"]);
});
