import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mergeRepository } from "../../support/git-repository.ts";
import { pprotect } from "../../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { ALICE, sampleStore } from "../../support/stores.ts";
import { atTerminal } from "../../support/terminal.ts";

afterAll(removeFolders);

const CREDENTIALS = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const VALUE = "prod-token";

/** Everything that makes the runtime or a library talk. */
const TALK = {
  DEBUG: "*",
  DEBUG_DEPTH: "9",
  NODE_DEBUG: "*",
  NODE_DEBUG_NATIVE: "*",
  NODE_V8_COVERAGE: "coverage",
  BUN_DEBUG: "debug.log",
  BUN_DEBUG_ALL: "1",
  BUN_DEBUG_QUIET_LOGS: "0",
  BUN_CONFIG_VERBOSE_FETCH: "curl",
  BUN_JSC_dumpOptions: "1",
  BUN_JSC_logGC: "2",
  BUN_JSC_verboseDiskCache: "1",
  GIT_TRACE: "1",
  GIT_TRACE_SETUP: "1",
};

/** Everything in a folder's files but what was put there. */
function written({ folder }: Sandbox, before: ReadonlySet<string>): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !before.has(path));
  return files.map((path) => readFileSync(path, "latin1")).join("\n");
}

function filesOf({ folder }: Sandbox): Set<string> {
  return new Set(readdirSync(folder, { recursive: true }).map((path) => join(folder, String(path))));
}

describe("with every variable set that makes runtime and libraries talk", () => {
  test.each([
    `check -u ${ALICE.name}`,
    "list-user-secrets",
    "rotate-domain-keys prod",
    "add-owner prod bob@example.com",
    "exec --domain prod -- true",
  ])("no passphrase and no value is said or written by %s", async (line) => {
    const box = sandbox();
    const before = filesOf(box);
    const result = await pprotect(line.split(" "), {
      cwd: box.folder,
      env: { ...CREDENTIALS, ...TALK },
    });
    expect(result.status).toBe(0);
    for (const text of [result.stdout, result.stderr, written(box, before)]) {
      expect(text).not.toContain(ALICE.passphrase);
      expect(text).not.toContain(VALUE);
    }
  });

  test.each(["git status", "git history", "git check", "git pre-commit", "git install --yes"])(
    "nor by %s, and the libraries are mute",
    async (line) => {
      const repository = await mergeRepository();
      await repository.commitStore(sampleStore().toString(), "store");
      const result = await repository.pprotect(line.split(" "), { ...CREDENTIALS, ...TALK });
      const all = `${result.stdout}${result.stderr}`;
      expect(all).not.toContain(ALICE.passphrase);
      expect(all).not.toMatch(/simple-git|file-exists/);
    },
  );
});

describe("the runtime's options in BUN_OPTIONS", () => {
  const run = (box: Sandbox, options: string, args: readonly string[] = ["list-user-secrets"]) =>
    pprotect(args, { cwd: box.folder, env: { ...CREDENTIALS, BUN_OPTIONS: options } });

  test.each(["--heap-prof", "--heap-prof-md", "--heap-prof --heap-prof-name=heap", "--smol --heap-prof"])(
    "write no heap with secrets in it: %s is refused before one is read",
    async (options) => {
      const box = sandbox();
      const before = filesOf(box);
      for (const args of [["list-user-secrets"], ["decrypt-domain", "prod"], ["add-secret", "dev", "x"]]) {
        const result = await run(box, options, args);
        expect([result.status, result.stdout]).toEqual([1, ""]);
        expect(result.stderr).toContain("BUN_OPTIONS contains --heap-prof");
      }
      expect(written(box, before)).not.toContain(ALICE.passphrase);
      expect(written(box, before)).not.toContain(VALUE);
    },
  );

  test("that are harmless stay so, and reach the program of exec", async () => {
    const args = ["exec", "--domain", "prod", "--", "sh", "-c", 'echo "$BUN_OPTIONS"'];
    expect((await run(sandbox(), "--smol", args)).stdout).toBe("--smol\n");
  });

  test.each(["--preload ./evil.ts", "--require ./evil.ts", "--import ./evil.ts", "--config=./evil.toml"])(
    "run no code: %s ends it",
    async (options) => {
      const box = hostile();
      const result = await run(box, options);
      expect(result.status).toBe(1);
      expect(result.stderr).toContain("Code generation from strings disallowed");
      expect(readdirSync(box.folder)).not.toContain("owned");
    },
  );

  test.each([
    "--disallow-code-generation-from-strings --preload ./evil.ts",
    "--eval=require('fs').writeFileSync('owned','')",
    "--import data:text/javascript,require('fs').writeFileSync('owned','')",
    "--env-file=evil.env",
  ])("nor by %s", async (options) => {
    const box = hostile();
    const args = ["exec", "--domain", "prod", "--", "sh", "-c", 'echo "<$EVIL>"'];
    const { stdout } = await run(box, options, args);
    expect(["", "<>\n"]).toContain(stdout);
    expect(readdirSync(box.folder)).not.toContain("owned");
  });

  function hostile(): Sandbox {
    const box = sandbox();
    box.write("evil.ts", 'require("node:fs").writeFileSync("owned", "");');
    box.write("evil.toml", 'preload = ["./evil.ts"]\n');
    box.write("evil.env", "EVIL=1\n");
    return box;
  }
});

test("NODE_OPTIONS and NODE_PATH load nothing", async () => {
  const box = sandbox();
  const evil = 'require("node:fs").writeFileSync("owned", "");';
  for (const name of ["evil.js", "debug.js", "yaml.js", "clipanion.js"]) box.write(name, evil);
  const env = {
    ...CREDENTIALS,
    NODE_OPTIONS: "--require ./evil.js --import ./evil.js",
    NODE_PATH: box.folder,
  };
  expect((await pprotect(["list-user-secrets"], { cwd: box.folder, env })).status).toBe(0);
  expect(readdirSync(box.folder)).not.toContain("owned");
});

test("BUN_BE_BUN makes the binary Bun, and no part of pprotect runs", async () => {
  const box = sandbox();
  const env = { ...CREDENTIALS, BUN_BE_BUN: "1" };
  const version = await pprotect(["--version"], { cwd: box.folder, env });
  expect(version.stdout.trim()).toBe(Bun.version);
  const decrypt = await pprotect(["decrypt-domain", "prod"], { cwd: box.folder, env });
  expect([decrypt.status === 0, decrypt.stdout.includes(VALUE)]).toEqual([false, false]);
});

describe("no debugger gets in", () => {
  test("by BUN_INSPECT_PRELOAD", async () => {
    const box = sandbox();
    writeFileSync(box.path("evil.ts"), 'require("node:fs").writeFileSync("owned", "");');
    const env = { ...CREDENTIALS, BUN_INSPECT_PRELOAD: "./evil.ts" };
    expect((await pprotect(["list-user-secrets"], { cwd: box.folder, env })).status).toBe(1);
    expect(readdirSync(box.folder)).not.toContain("owned");
  });

  test.each(["BUN_INSPECT", "BUN_INSPECT_CONNECT_TO"])(
    "by %s, nor is its socket opened",
    async (variable) => {
      const box = sandbox();
      const env = { ...CREDENTIALS, [variable]: `ws+unix://${box.path("socket")}` };
      const { stderr } = await pprotect(["list-user-secrets"], { cwd: box.folder, env });
      expect(stderr).toContain(variable);
      expect(readdirSync(box.folder)).not.toContain("socket");
    },
  );

  test.each(["--inspect", "--inspect-wait", "--inspect-brk"])("by BUN_OPTIONS=%s", async (option) => {
    const box = sandbox();
    const env = { ...CREDENTIALS, BUN_OPTIONS: `${option}=ws+unix://${box.path("socket")}` };
    await pprotect(["list-user-secrets"], { cwd: box.folder, env });
    expect(readdirSync(box.folder)).not.toContain("socket");
  });

  test("by SIGUSR1, which ends the process", async () => {
    const asking = atTerminal(["decrypt-domain"], {
      cwd: sandbox().folder,
      env: { PPROTECT_PASSPHRASE: ALICE.passphrase },
    });
    await asking.waitFor("User email: ");
    process.kill(asking.pid, "SIGUSR1");
    expect(await asking.exited).not.toBe(0);
    expect(asking.screen()).not.toMatch(/listening|inspect/i);
  });
});

test.each(["SIGABRT", "SIGSEGV", "SIGILL", "SIGQUIT"] as const)(
  "a crash by %s reveals neither the environment nor what was typed",
  async (signal) => {
    const typed = ["typed", "but", "not", "sent"].join("-");
    const session = atTerminal(["decrypt-domain", "prod", "-u", ALICE.name], {
      cwd: sandbox().folder,
      env: { MARK: "in-the-environment" },
    });
    await session.waitFor("Passphrase: ");
    session.type(typed);
    await Bun.sleep(50);
    process.kill(session.pid, signal);
    expect(await session.exited).not.toBe(0);
    // The runtime's own report of a crash, where it makes one, has the arguments.
    if (signal !== "SIGQUIT") expect(session.screen()).toContain("decrypt-domain");
    expect(session.screen()).not.toContain(typed);
    expect(session.screen()).not.toContain("in-the-environment");
  },
);
