import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { mergeRepository } from "../../support/git-repository.ts";
import { pprotect, runProgram } from "../../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE, sampleStore } from "../../support/stores.ts";

afterAll(removeFolders);

const CREDENTIALS = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const MARKER = "owned";
const EVIL = `require("node:fs").writeFileSync(${JSON.stringify(MARKER)}, "");`;

/** A sandbox with everything that a runtime may read from the folder that it starts in. */
function hostileFolder(): Sandbox {
  const box = sandbox();
  const write = (name: string, content: string): void => {
    mkdirSync(dirname(box.path(name)), { recursive: true });
    box.write(name, content);
  };
  write("evil.ts", EVIL);
  const preload = 'preload = ["./evil.ts"]\n';
  for (const name of ["bunfig.toml", ".bunfig.toml"])
    write(name, `${preload}[run]\n${preload}[test]\n${preload}`);
  for (const name of [".env", ".env.local", ".env.production", ".env.development", ".env.test"]) {
    write(
      name,
      `PPROTECT_USER=${ALICE.name}\nPPROTECT_PASSPHRASE=${ALICE.passphrase}\nEVIL=1\nBUN_OPTIONS=--smol\n`,
    );
  }
  write(".npmrc", "script-shell=./evil.sh\n");
  write(
    "package.json",
    '{"imports": {"#x": "./evil.ts"}, "main": "evil.ts", "scripts": {"preload": "./evil.ts"}}',
  );
  write("tsconfig.json", '{"compilerOptions": {"baseUrl": ".", "paths": {"*": ["./evil.ts"]}}}');
  const manifest = readFileSync(`${import.meta.dir}/../../../package.json`, "utf8");
  for (const name of Object.keys((JSON.parse(manifest) as { dependencies: object }).dependencies)) {
    write(
      `node_modules/${name}/package.json`,
      `{"name": "${name}", "version": "99.0.0", "main": "index.js"}`,
    );
    write(`node_modules/${name}/index.js`, EVIL);
  }
  return box;
}

describe("a hostile directory", () => {
  const box = hostileFolder();

  test("gives no credentials, neither by .env nor otherwise", async () => {
    const result = await pprotect(["decrypt-domain", "prod", "--non-interactive"], { cwd: box.folder });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain("user required");
  });

  test("gives the program of exec no variables", async () => {
    const script = 'echo "<$EVIL$BUN_OPTIONS>"';
    const args = ["exec", "--domain", "prod", "--", "sh", "-c", script];
    expect((await pprotect(args, { cwd: box.folder, env: CREDENTIALS })).stdout).toBe("<>\n");
  });

  test.each([
    "version",
    "--help",
    "list-all-secrets",
    "decrypt-domain prod",
    "rotate-domain-keys prod",
    "set-secret prod token",
    "git check",
    "git textconv protected.yaml",
  ])("runs no code by bunfig.toml, package.json, tsconfig.json or node_modules: %s", async (line) => {
    await pprotect(line.split(" "), { cwd: box.folder, env: CREDENTIALS });
    expect(existsSync(box.path(MARKER))).toBe(false);
  });

  test("would: the runtime itself runs what bunfig.toml names", async () => {
    const own = hostileFolder();
    const run = await runProgram([process.execPath, "-e", "0"], { cwd: own.folder });
    expect([run.status, existsSync(own.path(MARKER))]).toEqual([0, true]);
  });
});

describe("a `git` in the current directory is not run", () => {
  const PATHS = ["first", "last", "empty"] as const;
  const path = {
    first: `.:${process.env.PATH}`,
    last: `${process.env.PATH}:.`,
    empty: `:${process.env.PATH}:`,
  };

  async function repositoryWithGit() {
    const repository = await mergeRepository();
    await repository.commitStore(sampleStore().toString(), "store");
    repository.write("git", `#!/bin/sh\n: >${MARKER}\nexit 1\n`);
    chmodSync(`${repository.folder}/git`, 0o755);
    return repository;
  }

  test.each(PATHS)("though PATH has it: %s", async (kind) => {
    const repository = await repositoryWithGit();
    for (const line of ["git status", "git history", "git check", "git pre-commit", "git install --yes"]) {
      await repository.pprotect(line.split(" "), { PATH: path[kind] });
    }
    expect(existsSync(`${repository.folder}/${MARKER}`)).toBe(false);
    expect((await repository.pprotect(["git", "check"], { PATH: path[kind] })).status).toBe(0);
  });

  test("a shell would run it", async () => {
    const { folder } = await repositoryWithGit();
    await runProgram(["sh", "-c", "git status"], { cwd: folder, env: { PATH: path.first } });
    expect(existsSync(`${folder}/${MARKER}`)).toBe(true);
  });

  test("and where there is no other, that is said", async () => {
    const { pprotect: run } = await repositoryWithGit();
    const result = await run(["git", "check"], { PATH: ".:" });
    expect([result.status, result.stderr]).toEqual([
      1,
      "pprotect: git was not found in PATH\nhint: install git, or fix PATH\n",
    ]);
  });
});
