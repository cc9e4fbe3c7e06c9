import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { KeyFile } from "../src/store/key-file.ts";
import { binary } from "./support/binary.ts";
import { consoleSteps } from "./support/console-steps.ts";
import { needs, type Program } from "./support/programs.ts";
import { type Result, runProgram } from "./support/run.ts";
import { emptyFolder, removeFolders } from "./support/sandbox.ts";
import { ALICE, CHEAP, NOW } from "./support/stores.ts";

afterAll(removeFolders);

const ROOT = resolve(import.meta.dir, "..");
const RECIPES = readFileSync(join(ROOT, "docs/recipes.md"), "utf8");
const FORMATS = join(import.meta.dir, "fixtures/formats");

/** The sections by their titles. */
const sections = new Map(
  RECIPES.split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf("\n")), text] as const),
);

/** The programs that a recipe needs. */
const PROGRAMS: Readonly<Record<string, readonly Program[]>> = {
  Makefile: ["make"],
  direnv: ["direnv"],
  "From git-crypt": ["git-crypt"],
};

let folder: string;
let bin: string;

beforeAll(() => {
  folder = emptyFolder();
  bin = emptyFolder();
  symlinkSync(resolve(binary()), join(bin, "pprotect"));
  symlinkSync(join(ROOT, "node_modules/.bin/dotenvx"), join(bin, "dotenvx"));
  // `npx --yes pprotect` without a registry.
  writeFileSync(join(bin, "npx"), '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 });
  const store = ["dev", "prod"].reduce(
    (file, domain) =>
      file
        .addDomain(domain, ALICE.name, NOW)
        .addSecret(domain, "api-key", "12-character", NOW)
        .addSecret(domain, "db-password", "11-letters!", NOW),
    KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW),
  );
  writeFileSync(join(folder, "protected.yaml"), store.toString());
  // As the recipe of the Makefile writes it, which not every machine can run.
  const deploy = `#!/bin/sh\necho "deploying with \${#API_KEY} characters"\n`;
  writeFileSync(join(folder, "deploy.sh"), deploy, { mode: 0o755 });
  writeFileSync(join(folder, ".gitignore"), "*.key\n.env*\nage.txt\n");
  cpSync(join(FORMATS, "sops/encrypted-regex.yaml"), join(folder, "secrets.sops.yaml"));
  cpSync(join(FORMATS, "identity.txt"), join(folder, "age.txt"));
});

const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

async function shell(command: string, credentials: Record<string, string> = AS_ALICE): Promise<Result> {
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_AUTHOR_NAME: "Alice",
    GIT_AUTHOR_EMAIL: ALICE.name,
    GIT_COMMITTER_NAME: "Alice",
    GIT_COMMITTER_EMAIL: ALICE.name,
    ...credentials,
  };
  return runProgram(["bash", "-c", `exec 2>&1; ${command}`], { cwd: folder, env });
}

/** Writes the files of a recipe: those blocks that come after a line with their name. */
function writeFiles(section: string): void {
  for (const [, name = "", text = ""] of section.matchAll(/^`([^`\n]+)`:\n\n```\w*\n([\s\S]*?)```/gm)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

test("the repository has a first commit", async () => {
  expect((await shell("git init -q -b main && git add -A && git commit -q -m start")).stdout).toBe("");
});

describe.each([...sections])("%s", (title, section) => {
  test.if(needs(...(PROGRAMS[title] ?? [])))("does and prints what it says", async () => {
    writeFiles(section);
    for (const { command, output } of consoleSteps(section)) {
      const { status, stdout } = await shell(command);
      expect({ command, stdout, status }).toEqual({ command, stdout, status: 0 });
      const lines = stdout.trimEnd().split("\n").filter(Boolean);
      if (!output.includes("…"))
        expect({ command, lines }).toEqual({ command, lines: output.filter(Boolean) });
      else for (const line of output.filter((each) => each !== "…")) expect(lines).toContain(line);
    }
  });
});

describe("what a service would run", () => {
  const asCi = (): Record<string, string> => ({
    PPROTECT_USER: "ci@example.com",
    PPROTECT_PASSPHRASE: readFileSync(join(folder, "ci.key"), "utf8").trim(),
  });

  test("in GitHub Actions works with the key of the machine, which the steps get by their env", async () => {
    const workflow = parse(readFileSync(join(folder, "deploy.yml"), "utf8"));
    const steps: { run?: string; env?: Record<string, string> }[] = workflow.jobs.deploy.steps;
    const results: string[] = [];
    for (const { run, env } of steps.filter((step) => step.run !== undefined)) {
      const result = await shell(run ?? "", env === undefined ? {} : asCi());
      expect({ run, ...result }).toMatchObject({ run, status: 0 });
      results.push(result.stdout);
    }
    expect(results.at(-1)).toBe("deploying with 12 characters\n");
    expect(Object.keys(steps.at(-1)?.env ?? {})).toEqual(Object.keys(asCi()));
  });

  test("in GitLab CI works with the key of the machine", async () => {
    const { deploy } = parse(readFileSync(join(folder, ".gitlab-ci.yml"), "utf8"));
    const result = await shell(`set -e; ${deploy.script.join("\n")}`, asCi());
    expect(result).toMatchObject({ status: 0 });
    expect(result.stdout).toEndWith("deploying with 12 characters\n");
  });

  test.if(needs("systemd-analyze"))(
    "in systemd is a unit without an error, and works with the key in a file",
    async () => {
      const unit = readFileSync(join(folder, "app.service"), "utf8");
      // Verification wants the program to be there.
      const local = unit.replace("/usr/bin/pprotect", join(bin, "pprotect")).replaceAll("/srv/app", folder);
      writeFileSync(join(folder, "app.service"), local);
      const verified = await shell("systemd-analyze verify --man=no ./app.service");
      expect(verified.stdout).toBe("");
      const [, start = ""] = /^ExecStart=(.*) --? .*$/m.exec(local) ?? [];
      const result = await shell(`${start} -- ./deploy.sh`, {
        PPROTECT_USER: "ci@example.com",
        PPROTECT_PASSPHRASE_FILE: join(folder, "ci.key"),
      });
      expect(result.stdout).toEndWith("deploying with 12 characters\n");
    },
  );
});
