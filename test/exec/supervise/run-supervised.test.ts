import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runHeartbeat } from "../../../src/exec/supervise/heartbeat.ts";
import { isAlive } from "../../support/leases.ts";
import { type Result, runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

afterAll(removeFolders);

const MODULE = join(import.meta.dir, "../../../src/exec/supervise/run-supervised.ts");
const START_STATE = join(import.meta.dir, "../../../src/exec/process/start-state.ts");

interface Options {
  readonly ttl?: number;
  readonly grace?: number;
  readonly heartbeat?: { readonly every: number; readonly misses: number };
  readonly heartbeatCommand?: string;
  /** The time counts from when there is a file of this name that has so many lines. */
  readonly from?: readonly [name: string, lines: number];
}

/** Runs a shell script under supervision, in a process of its own, which has the exit status of the run. */
function supervised(folder: string, script: string, options: Options): Promise<Result> {
  const file = join(folder, "supervised.ts");
  const run = { grace: 300, ...options };
  writeFileSync(
    file,
    `import { existsSync, readFileSync } from "node:fs";
    import { runSupervised } from ${JSON.stringify(MODULE)};
    import { readStartState } from ${JSON.stringify(START_STATE)};
    const run = { ...${JSON.stringify(run)}, heartbeatEnvironment: { PATH: process.env.PATH }, onMiss: (n) => console.log("miss", n) };
    const start = readStartState();
    const isReady = ([name, lines]) => existsSync(name) && readFileSync(name, "utf8").split("\\n").length > lines;
    const ready = async () => { while (!isReady(run.from)) await Bun.sleep(5); };
    if (run.from) run.started = ready();
    const { status, end } = await runSupervised(
      { command: ["sh", "-c", process.argv[2]], variables: start.variables, secrets: [], start }, run);
    console.log(JSON.stringify(end));
    process.exit(status);`,
  );
  return runProgram([process.execPath, file, script], { cwd: folder });
}

/** Process ids that a script wrote. */
const pidsIn = (folder: string): number[] =>
  readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);

describe("a program with a time limit", () => {
  test("that ends before has its own exit status", async () => {
    const { status, stdout } = await supervised(emptyFolder(), "echo out; exit 7", { ttl: 60_000 });
    expect([status, stdout]).toEqual([7, 'out\n{"reason":"exited"}\n']);
  });

  test("that is killed by a signal has the status that a shell gives it", async () => {
    const { status } = await supervised(emptyFolder(), "kill -9 $$", { ttl: 60_000 });
    expect(status).toBe(137);
  });

  test("gets SIGTERM at the end, and may clean up", async () => {
    const folder = emptyFolder();
    const script = "trap 'echo cleaned; exit 3' TERM; echo >ready; while :; do sleep 0.05; done";
    const run: Options = { ttl: 100, grace: 60_000, from: ["ready", 1] };
    const { status, stdout } = await supervised(folder, script, run);
    expect([status, stdout]).toEqual([124, 'cleaned\n{"reason":"deadline","all":true,"killed":false}\n']);
  });

  test("is killed after the grace when it ignores SIGTERM, and so are its children, wherever they have gone", async () => {
    const folder = emptyFolder();
    const ignoring = "trap '' TERM; echo $$ >>pids; while :; do sleep 0.05; done";
    const script = `
      sh -c "${ignoring.replaceAll("$$", "\\$\\$")}" &
      setsid sh -c "${ignoring.replaceAll("$$", "\\$\\$")}" &
      (setsid sh -c "${ignoring.replaceAll("$$", "\\$\\$")}" &)
      ${ignoring}`;
    const { status, stdout } = await supervised(folder, script, { ttl: 100, from: ["pids", 4] });
    expect([status, stdout]).toEqual([124, '{"reason":"deadline","all":true,"killed":true}\n']);
    const pids = pidsIn(folder);
    expect(pids).toHaveLength(4);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test("ends what it left running when it ends by itself", async () => {
    const folder = emptyFolder();
    const script =
      "setsid sh -c 'echo $$ >>pids; exec sleep 600' >/dev/null 2>&1 & while ! [ -s pids ]; do sleep 0.05; done";
    const { stdout } = await supervised(folder, script, { ttl: 600_000, grace: 60_000 });
    expect(stdout).toBe('{"reason":"exited","left":{"all":true,"killed":false}}\n');
    expect(pidsIn(folder).map(isAlive)).toEqual([false]);
  });
});

describe("a program with a heartbeat", () => {
  test("is ended when the command fails as often as it may", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "alive"), "");
    const command = `touch ${join(folder, "beaten")}; test -e ${join(folder, "alive")}`;
    const heartbeat = { every: 50, misses: 3 };
    const run: Options = { heartbeat, heartbeatCommand: command, grace: 60_000 };
    const ended = supervised(folder, "sleep 600", run);
    await until(() => existsSync(join(folder, "beaten")));
    await Bun.file(join(folder, "alive")).delete();
    const { status, stdout } = await ended;
    expect([status, stdout]).toEqual([
      124,
      'miss 1\nmiss 2\nmiss 3\n{"reason":"heartbeat","all":true,"killed":false}\n',
    ]);
  });

  test("may take its time, but not longer than the limit: then it is killed with all that it started", async () => {
    const folder = emptyFolder();
    const hanging = `sleep 600 & echo $! >${join(folder, "pids")}; wait`;
    const start = performance.now();
    expect(await runHeartbeat(hanging, { environment: process.env, limitMs: 300 })).toBe(false);
    expect(performance.now() - start).toBeLessThan(30_000);
    // On a slow machine it may not have come as far as to start something.
    await until(() => !existsSync(join(folder, "pids")) || !pidsIn(folder).some(isAlive));
    expect(await runHeartbeat("sleep 0.1", { environment: process.env, limitMs: 60_000 })).toBe(true);
    expect(await runHeartbeat("exit 1", { environment: process.env })).toBe(false);
    const gone = { environment: process.env, directory: join(folder, "gone") };
    expect(await runHeartbeat("true", gone)).toBe(false);
  });

  test("does not get the secrets, nor the terminal", async () => {
    const folder = emptyFolder();
    const environment = { PATH: process.env.PATH };
    const command = `env >${join(folder, "environment")}; test -t 0 && exit 1; test "$(cat)" = ""`;
    expect(await runHeartbeat(command, { environment })).toBe(true);
    const names = readFileSync(join(folder, "environment"), "utf8").match(/^\w+(?==)/gm);
    expect(names?.filter((name) => !["PATH", "PWD", "SHLVL", "_", "OLDPWD"].includes(name))).toEqual([]);
  });
});
