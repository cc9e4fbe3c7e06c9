import { afterEach, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { msSinceBoot } from "../../src/system/boot-clock.ts";
import { peerOf, peerPidfd } from "../../src/system/peer.ts";
import { handleOf, openProcess } from "../../src/system/pidfd.ts";
import {
  identityOf,
  isRunning,
  type ProcessIdentity,
  programNameOf,
  startByPs,
  startOf,
} from "../../src/system/process-identity.ts";
import { processesBelow, tableOfPs } from "../../src/system/process-table.ts";
import { endProcesses } from "../../src/system/process-tree.ts";
import { stateDirectory } from "../../src/system/state-directory.ts";
import { needs } from "../support/programs.ts";
import { emptyFolder } from "../support/sandbox.ts";
import { until } from "../support/until.ts";

const children: Bun.Subprocess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function sleeper(): { child: Bun.Subprocess; identity: ProcessIdentity } {
  const child = Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });
  children.push(child);
  const identity = identityOf(child.pid);
  if (!identity) throw new Error("it has ended");
  return { child, identity };
}

describe("a process", () => {
  test("is known by its number and its start", async () => {
    const { child, identity } = sleeper();
    expect(isRunning(identity)).toBe(true);
    expect(isRunning({ ...identity, started: "another" })).toBe(false);
    expect(startOf(child.pid)).not.toBe(startOf(process.pid));
    child.kill("SIGKILL");
    await child.exited;
    expect([isRunning(identity), identityOf(child.pid)]).toEqual([false, undefined]);
  });

  test("that is a zombie has ended", async () => {
    const shell = Bun.spawn(["sh", "-c", "exec 3<&0; cat <&3 & echo $!; exec sleep 600"], {
      stdin: "pipe",
      stdout: "pipe",
    });
    children.push(shell);
    const { value } = await shell.stdout.getReader().read();
    const zombie = Number(Buffer.from(value ?? []).toString());
    // The child ends only now: a shell could have waited for it, and `sleep` does not.
    await until(() => programNameOf(shell.pid) === "sleep");
    shell.stdin.end();
    await until(() => readFileSync(`/proc/${zombie}/stat`, "latin1").includes(") Z "));
    expect(startOf(zombie)).toBeUndefined();
  });

  test("is none for what is not a number of one", () => {
    for (const pid of [0, -1, 1.5, Number.NaN, 2 ** 31]) expect(identityOf(pid)).toBeUndefined();
  });

  test.if(needs("ps"))("has a start by ps too, for systems without /proc", async () => {
    const { child } = sleeper();
    expect(startByPs(child.pid)).toMatch(/^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/);
    child.kill("SIGKILL");
    await child.exited;
    expect(startByPs(child.pid)).toBeUndefined();
  });

  test("has its program's name", async () => {
    const { child } = sleeper();
    await until(() => programNameOf(child.pid) === "sleep");
    expect(programNameOf(2 ** 30)).toBeUndefined();
  });
});

describe("a handle of a process", () => {
  test("signals it and knows when it has ended", async () => {
    const { child, identity } = sleeper();
    const handle = openProcess(identity);
    expect(handle?.hasEnded()).toBe(false);
    expect(handle?.signal("SIGTERM")).toBe(true);
    await child.exited;
    expect(child.signalCode).toBe("SIGTERM");
    expect([handle?.hasEnded(), handle?.signal("SIGTERM")]).toEqual([true, false]);
    handle?.close();
  });

  test("is not given for another process that has the number", () => {
    const { identity } = sleeper();
    expect(openProcess({ ...identity, started: "another" })).toBeUndefined();
    expect(openProcess({ pid: 2 ** 30, started: identity.started })).toBeUndefined();
  });
});

test("the peer of a socket is known by its user and process", async () => {
  const path = join(emptyFolder(), "socket");
  const descriptorOf = (socket: object): number => Reflect.get(socket, "fd");
  const listener = Bun.listen({ unix: path, socket: { data: () => undefined } });
  const socket = await Bun.connect({ unix: path, socket: { data: () => undefined } });
  expect(peerOf(descriptorOf(socket))).toEqual({ uid: process.geteuid?.() ?? -1, pid: process.pid });
  const pidfd = peerPidfd(descriptorOf(socket));
  if (pidfd !== undefined) {
    const handle = handleOf(pidfd);
    expect(handle.hasEnded()).toBe(false);
    handle.close();
  }
  socket.end();
  listener.stop(true);
  expect(() => peerOf(-1)).toThrow("getsockopt failed");
});

test.if(needs("ps"))("the processes below one are found, by /proc and by ps", async () => {
  const shell = Bun.spawn(["sh", "-c", "sh -c 'sleep 600 & wait' & wait"], { detached: true });
  children.push(shell);
  await until(() => processesBelow(shell.pid).length === 2);
  const below = processesBelow(shell.pid);
  const table = tableOfPs();
  expect(table.filter(({ pid }) => below.includes(pid)).map(({ group }) => group)).toEqual([
    shell.pid,
    shell.pid,
  ]);
  expect(processesBelow(shell.pid, { except: new Set(below.slice(0, 1)) })).toEqual([]);
  expect(processesBelow(shell.pid, { withGroup: true }).toSorted()).toEqual(below.toSorted());
  process.kill(-shell.pid, "SIGKILL");
});

test("a process that was missed when the table was read is ended too", async () => {
  const [parent, missed] = [sleeper(), sleeper()].map(({ identity }) => identity) as [
    ProcessIdentity,
    ProcessIdentity,
  ];
  const looks = [[parent], []];
  const find = () => looks.shift() ?? [parent, missed].filter(isRunning);
  expect(await endProcesses(find, 60_000)).toEqual({ all: true, killed: false });
  expect(isRunning(missed)).toBe(false);
});

test("the clock that counts suspend goes on with the system's uptime", () => {
  const uptime = () => Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]) * 1000;
  const [before, ours, after] = [uptime(), msSinceBoot(), uptime()];
  // It is rounded down to 10 ms.
  expect(ours).toBeGreaterThanOrEqual(before - 1);
  expect(ours).toBeLessThan(after + 11);
});

test("the user's state is in XDG_STATE_HOME, if that is a path from the root", () => {
  expect(stateDirectory({ XDG_STATE_HOME: "/x" })).toBe("/x/pprotect");
  for (const environment of [{}, { XDG_STATE_HOME: "" }, { XDG_STATE_HOME: "relative" }]) {
    expect(stateDirectory(environment)).toBe(join(homedir(), ".local/state/pprotect"));
  }
});
