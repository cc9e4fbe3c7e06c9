import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  binaryIn,
  platformPackageName,
  writeMainPackage,
  writePlatformPackage,
} from "../../../src/build/release/npm-packages.ts";
import { PLATFORMS, type Platform, platformsNamed } from "../../../src/build/release/platforms.ts";
import { runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const RELEASE = { version: "1.2.3", description: "d", license: "MIT", repository: undefined };

const HOST = PLATFORMS.find(
  ({ npm }) => npm.os === process.platform && npm.cpu === process.arch && npm.libc !== "musl",
) as Platform;
const WINDOWS = platformsNamed(["windows-x64"])[0] as Platform;

/** Has `process.execve`, as Node has since 22.15, so that the launcher becomes the binary. */
const BUN = { name: "with execve", platform: HOST, start: () => [process.execPath] };

/** Where the launcher has to wait for the binary: Node that says that it is on Windows. */
const ON_WINDOWS = {
  name: "on Windows",
  platform: WINDOWS,
  start: (folder: string) => ["node", "--require", preload(folder, "win32", "x64")],
};

/** Writes a module that changes what Node says of its system. @returns its path */
function preload(folder: string, platform: string, arch: string, report = "{}"): string {
  const path = join(folder, "system.cjs");
  writeFileSync(
    path,
    `Object.defineProperty(process, "platform", { value: "${platform}" });
     Object.defineProperty(process, "arch", { value: "${arch}" });
     process.report.getReport = () => ({ header: ${report} });`,
  );
  return path;
}

/** The packages as npm lays them out, with a shell script for the binary. */
function installed(script: string, platform = HOST) {
  const folder = emptyFolder();
  const main = join(folder, "node_modules/pprotect");
  const platformFolder = join(folder, "node_modules", platformPackageName(platform));
  writeMainPackage(main, PLATFORMS, RELEASE);
  writePlatformPackage(platformFolder, platform, RELEASE);
  const binary = binaryIn(platformFolder, platform);
  mkdirSync(dirname(binary), { recursive: true });
  writeFileSync(binary, `#!/bin/sh\n${script}\n`);
  chmodSync(binary, 0o755);
  return { folder, main, launcher: join(main, "bin/pprotect"), platformFolder };
}

describe.each([BUN, ON_WINDOWS])("the launcher $name", ({ platform, start }) => {
  test("passes arguments, standard streams and exit status as they are", async () => {
    const { folder, launcher } = installed(`printf '[%s]' "$@"; cat; echo aside >&2; exit 7`, platform);
    const args = ["exec", "--", "", "two words", "a\nb", "$HOME", "--help"];
    const result = await runProgram([...start(folder), launcher, ...args], { cwd: folder, input: "in\0put" });
    expect(result).toMatchObject({ status: 7, stderr: "aside\n" });
    expect(result.stdout).toBe(`${args.map((each) => `[${each}]`).join("")}in\0put`);
  });

  test("passes a signal on to the binary, which decides what comes of it", async () => {
    const { folder, launcher } = installed(
      "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.05; done",
      platform,
    );
    const child = Bun.spawn([...start(folder), launcher], { cwd: folder, stdout: "pipe" });
    const reader = child.stdout.getReader();
    const decoder = new TextDecoder();
    let said = "";
    const readUntil = async (text: string): Promise<void> => {
      for (;;) {
        if (said.includes(text)) return;
        const { value, done } = await reader.read();
        if (done) return;
        said += decoder.decode(value);
      }
    };
    await readUntil("ready");
    child.kill("SIGTERM");
    await readUntil("caught");
    expect([said, await child.exited]).toEqual(["ready\ncaught\n", 5]);
  });

  test("dies of the signal that the binary died of", async () => {
    const { folder, launcher } = installed("kill -KILL $$", platform);
    const child = Bun.spawn([...start(folder), launcher], { cwd: folder });
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test("names the package that is missing", async () => {
    const { folder, launcher, platformFolder } = installed("true", platform);
    rmSync(platformFolder, { recursive: true });
    const result = await runProgram([...start(folder), launcher, "version"], { cwd: folder });
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toBe(
      `pprotect: the package ${platformPackageName(platform)} is not installed; install pprotect again on this system, with optional dependencies\n`,
    );
  });
});

/** Runs the launcher by Node on a system that is another in what Node says of it. */
async function onSystem(platform: string, arch: string, report = "{}"): Promise<string> {
  const { folder, launcher } = installed("true");
  const system = preload(folder, platform, arch, report);
  return (await runProgram(["node", "--require", system, launcher], { cwd: folder })).stderr;
}

describe("the install script", () => {
  async function install(main: string, env: Readonly<Record<string, string>> = {}) {
    return runProgram(["node", "install.cjs"], { cwd: main, env });
  }

  test("puts the binary in the launcher's place, and leaves no other file", async () => {
    const { main, launcher } = installed("echo the binary");
    expect(await install(main)).toMatchObject({ status: 0, stdout: "", stderr: "" });
    expect(await runProgram([launcher], { cwd: main })).toMatchObject({ stdout: "the binary\n" });
    expect(readdirSync(join(main, "bin"))).toEqual(["pprotect"]);
    expect(await install(main)).toMatchObject({ status: 0, stderr: "" });
  });

  test("leaves the launcher where it is needed, and where there is no binary", async () => {
    const { main, launcher, platformFolder } = installed("true");
    const before = readFileSync(launcher, "utf8");
    expect(await install(main, { npm_config_user_agent: "yarn/4.0.0 npm/?" })).toMatchObject({ status: 0 });
    expect(readFileSync(launcher, "utf8")).toBe(before);
    rmSync(platformFolder, { recursive: true });
    const { status, stderr } = await install(main);
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining("is not installed; install pprotect again"),
    ]);
    expect(readFileSync(launcher, "utf8")).toBe(before);
  });
});

describe("the launcher looks for the binary", () => {
  test("for an unsupported system reports that", async () => {
    expect(await onSystem("freebsd", "x64")).toBe("pprotect: no binary for freebsd-x64\n");
    expect(await onSystem("linux", "ppc64")).toBe("pprotect: no binary for linux-ppc64-musl\n");
  });

  test.each([
    ["linux", "x64", "{}", "@pprotect/cli-linux-x64-musl"],
    ["linux", "arm64", "{}", "@pprotect/cli-linux-arm64-musl"],
    ["linux", "arm64", '{ glibcVersionRuntime: "2.36" }', "@pprotect/cli-linux-arm64"],
    ["darwin", "arm64", "{}", "@pprotect/cli-darwin-arm64"],
    ["win32", "x64", "{}", "@pprotect/cli-win32-x64"],
  ])("of %s %s, C library %s", async (platform, arch, report, name) => {
    expect(await onSystem(platform, arch, report)).toContain(`the package ${name} is not installed`);
  });
});
