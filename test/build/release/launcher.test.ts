import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  binaryIn,
  platformPackageName,
  writeMainPackage,
  writePlatformPackage,
} from "../../../src/build/release/npm-packages.ts";
import { PLATFORMS, type Platform } from "../../../src/build/release/platforms.ts";
import { runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const RELEASE = { version: "1.2.3", description: "d", license: "MIT", repository: undefined };

const HOST = PLATFORMS.find(
  ({ npm }) => npm.os === process.platform && npm.cpu === process.arch && npm.libc !== "musl",
) as Platform;

/** Node has no execve before version 22.15, and so the launcher another way: Bun has it. */
const RUNTIMES = ["node", process.execPath];

/** The packages as npm lays them out, with a shell script for the binary. @returns the launcher's path */
function installed(script: string): { folder: string; launcher: string; platformFolder: string } {
  const folder = emptyFolder();
  const main = join(folder, "node_modules/pprotect");
  const platformFolder = join(folder, "node_modules", platformPackageName(HOST));
  writeMainPackage(main, PLATFORMS, RELEASE);
  writePlatformPackage(platformFolder, HOST, RELEASE);
  const binary = binaryIn(platformFolder, HOST);
  mkdirSync(dirname(binary), { recursive: true });
  writeFileSync(binary, `#!/bin/sh\n${script}\n`);
  chmodSync(binary, 0o755);
  return { folder, launcher: join(main, "bin/pprotect.cjs"), platformFolder };
}

describe.each(RUNTIMES)("the launcher under %s", (runtime) => {
  test("passes arguments, standard streams and exit status as they are", async () => {
    const { folder, launcher } = installed(`printf '[%s]' "$@"; cat; echo aside >&2; exit 7`);
    const args = ["exec", "--", "", "two words", "a\nb", "$HOME", "--help"];
    const result = await runProgram([runtime, launcher, ...args], { cwd: folder, input: "in\0put" });
    expect(result).toMatchObject({ status: 7, stderr: "aside\n" });
    expect(result.stdout).toBe(`${args.map((each) => `[${each}]`).join("")}in\0put`);
  });

  test("passes a signal on to the binary, which decides what comes of it", async () => {
    const { folder, launcher } = installed(
      "trap 'echo caught; exit 5' TERM; echo ready; while :; do sleep 0.05; done",
    );
    const child = Bun.spawn([runtime, launcher], { cwd: folder, stdout: "pipe" });
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
    const { folder, launcher } = installed("kill -KILL $$");
    const child = Bun.spawn([runtime, launcher], { cwd: folder });
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test("names the package that is missing", async () => {
    const { folder, launcher, platformFolder } = installed("true");
    rmSync(platformFolder, { recursive: true });
    const result = await runProgram([runtime, launcher, "version"], { cwd: folder });
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toBe(
      `pprotect: the package ${platformPackageName(HOST)} is not installed; install pprotect again on this system, with optional dependencies\n`,
    );
  });
});

/** Runs the launcher by Node on a system that is another in what Node says of it. */
async function onSystem(platform: string, arch: string, report = "{}"): Promise<string> {
  const { folder, launcher } = installed("true");
  const preload = join(folder, "system.cjs");
  writeFileSync(
    preload,
    `Object.defineProperty(process, "platform", { value: "${platform}" });
     Object.defineProperty(process, "arch", { value: "${arch}" });
     process.report.getReport = () => ({ header: ${report} });`,
  );
  return (await runProgram(["node", "--require", preload, launcher], { cwd: folder })).stderr;
}

describe("the launcher looks for the binary", () => {
  test("for an unsupported system reports that", async () => {
    expect(await onSystem("freebsd", "x64")).toBe("pprotect: no binary for freebsd-x64\n");
    expect(await onSystem("linux", "arm64")).toBe("pprotect: no binary for linux-arm64-musl\n");
  });

  test.each([
    ["linux", "x64", "{}", "@pprotect/cli-linux-x64-musl"],
    ["linux", "arm64", '{ glibcVersionRuntime: "2.36" }', "@pprotect/cli-linux-arm64"],
    ["darwin", "arm64", "{}", "@pprotect/cli-darwin-arm64"],
    ["win32", "x64", "{}", "@pprotect/cli-win32-x64"],
  ])("of %s %s, C library %s", async (platform, arch, report, name) => {
    expect(await onSystem(platform, arch, report)).toContain(`the package ${name} is not installed`);
  });
});
