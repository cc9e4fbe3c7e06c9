import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAmbiguousUid } from "../../src/lease/availability.ts";
import { openWithLeases } from "../../src/lease/client.ts";
import { LeaseConnection } from "../../src/lease/connection.ts";
import { leaseDirectories, makeLeaseDirectory, usableDirectories } from "../../src/lease/directory.ts";
import { chosenLeases, endLeases } from "../../src/lease/end.ts";
import { encodeFrame, MAX_FRAME_BYTES } from "../../src/lease/frame.ts";
import type { Grant, LeasedDomain } from "../../src/lease/grant.ts";
import { encodeHandover } from "../../src/lease/process/handover.ts";
import { KeyRing } from "../../src/lease/process/key-ring.ts";
import { Lease } from "../../src/lease/process/lease.ts";
import { LeaseServer, type ServerOptions } from "../../src/lease/process/lease-server.ts";
import type { StartedLease } from "../../src/lease/start.ts";
import { openDomainKey } from "../../src/store/domain.ts";
import type { KeyFile } from "../../src/store/key-file.ts";
import { findDomain } from "../../src/store/lookup.ts";
import {
  isAlive,
  lease,
  leasesOf,
  STORE,
  type UserDirectories,
  userDirectories,
  wanted,
} from "../support/leases.ts";
import { holdLock } from "../support/lock-holder.ts";
import { timesInMemory } from "../support/process-memory.ts";
import { needs } from "../support/programs.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore, unlocked } from "../support/stores.ts";
import { DROPPING_RIGHTS, openToEveryone, withoutRights } from "../support/unprivileged.ts";
import { until } from "../support/until.ts";

afterAll(removeFolders);

const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
});

function grantOf(domain: LeasedDomain, since: number, ttl: number): Grant {
  return {
    id: "0123456789abcdef",
    client: undefined,
    reason: undefined,
    custodian: ALICE.name,
    domains: [domain],
    since,
    until: since + ttl,
    uses: undefined,
    private: false,
    program: undefined,
  };
}

/** A lease in this process, without keys and with clocks that stand still. */
function serverHere(file: KeyFile, options: Partial<ServerOptions>): { server: LeaseServer; socket: string } {
  const { publicKey } = wanted(file, "dev");
  const grant = grantOf({ name: "dev", publicKey, store: STORE, only: undefined }, 0, 60_000);
  const clock = { wall: () => 0, sinceBoot: () => 0 };
  const keys = KeyRing.from([], []);
  const held = new Lease({ grant, keys, token: new Uint8Array(0), clock, programHasEnded: () => false });
  const socket = join(emptyFolder(), "0123456789abcdef.sock");
  return { server: new LeaseServer(held, { socket, onEnd: () => undefined, ...options }), socket };
}

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;

async function start(...args: Parameters<typeof lease>): Promise<StartedLease & { socket: string }> {
  const result = await lease(...args);
  started.push(result.pid);
  return { ...result, socket: join(args[2].XDG_RUNTIME_DIR, "pprotect", `${result.grant.id}.sock`) };
}

/** Connects, sends bytes as they are, and returns what comes back until the other end closes. */
async function talk(socket: string, bytes: Uint8Array): Promise<string> {
  let got = "";
  let close: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const connection = await Bun.connect({
    unix: socket,
    socket: {
      data(_, chunk) {
        got += Buffer.from(chunk).toString("latin1");
      },
      close: () => close(),
    },
  });
  connection.write(bytes);
  await Promise.race([closed, Bun.sleep(30_000)]);
  connection.end();
  return got;
}

/** A script for the copy of the binary that another user runs as Bun itself. */
function asAnotherUser(copy: string, script: string, ...args: string[]): string[] {
  return withoutRights(["env", "BUN_BE_BUN=1", copy, "-e", script, ...args]);
}

describe("another user", () => {
  test.if(needs(...DROPPING_RIGHTS))(
    "gets not one byte, though the modes of directory and socket let it in",
    async () => {
      const box = sandbox();
      const copy = openToEveryone(box);
      const runtime = join(box.folder, "run");
      const user = { XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: join(box.folder, "state"), TMPDIR: runtime };
      mkdirSync(user.XDG_RUNTIME_DIR);
      const { socket } = await start(sampleStore(), ["dev"], user);
      chmodSync(join(user.XDG_RUNTIME_DIR, "pprotect"), 0o755);
      chmodSync(socket, 0o666);
      const script = `
      const socket = await Bun.connect({ unix: process.argv[1], socket: {
        data(_, chunk) { console.log("open", chunk.length); process.exit(); }, close: ended } }).catch(ended);
      function ended() { console.log("closed"); process.exit(); }
      socket.write(Buffer.from(process.argv[2], "hex"));`;
      const request = Buffer.from(encodeFrame({ version: 1, request: "describe" })).toString("hex");
      const command = asAnotherUser(copy, script, socket, request);
      // Without root's rights nobody can become another user: it is our own then, and gets its answer.
      const expected = IS_ROOT ? /^closed\n$/ : /^open [1-9]/;
      expect((await runProgram(command, { cwd: "/" })).stdout).toMatch(expected);
      // The same of our own user gets its answer.
      const own = ["env", "BUN_BE_BUN=1", copy, "-e", script, socket, request];
      expect((await runProgram(own, { cwd: "/" })).stdout).toMatch(/^open [1-9]/);
    },
  );

  test.if(needs(...DROPPING_RIGHTS))(
    "that put a socket in the place of a lease's, gets nothing",
    async () => {
      const box = sandbox();
      const copy = openToEveryone(box);
      chmodSync(box.folder, 0o777);
      const socket = box.path("0123456789abcdef.sock");
      const script = `
      let got = 0;
      Bun.listen({ unix: process.argv[1], socket: {
        data(_, chunk) { got += chunk.length; }, close() { console.log("got", got); process.exit(); } } });
      console.error("ready");`;
      const squatter = Bun.spawn(asAnotherUser(copy, script, socket), { stdout: "pipe", stderr: "pipe" });
      started.push(squatter.pid);
      await squatter.stderr.getReader().read();
      chmodSync(socket, 0o777);
      const result = await LeaseConnection.to(socket).catch((error: unknown) => error);
      if (result instanceof LeaseConnection) result.close();
      expect(result).toMatchObject(IS_ROOT ? { why: "foreign" } : { peer: { uid: process.getuid?.() } });
      expect(await new Response(squatter.stdout).text()).toBe("got 0\n");
    },
  );

  test("is one that a lease does not know: it does not answer it", async () => {
    const file = sampleStore();
    const { server, socket } = serverHere(file, { uid: (process.getuid?.() ?? 0) + 1 });
    server.listen();
    expect(await talk(socket, encodeFrame({ version: 1, request: "describe" }))).toBe("");
    server.end("ended");
  });

  test("may look like ours in a user namespace: leases are not available there then", () => {
    const everyone = "         0          0 4294967295\n";
    expect(isAmbiguousUid(NOBODY, everyone, NOBODY)).toBe(false);
    expect(isAmbiguousUid(NOBODY, "", NOBODY)).toBe(true);
    expect(isAmbiguousUid(NOBODY, "     65534       1000          1\n", NOBODY)).toBe(true);
    expect(isAmbiguousUid(0, "         0       1000          1\n", NOBODY)).toBe(false);
  });

  test.if(needs("unshare"))("in a user namespace of its own is known for who it is", async () => {
    const user = userDirectories();
    const { socket } = await start(sampleStore(), ["dev"], user);
    const script = `
      const socket = await Bun.connect({ unix: process.argv[1], socket: {
        data(_, chunk) { console.log(chunk.includes("grant")); process.exit(); } } });
      socket.write(Buffer.from(process.argv[2], "hex"));`;
    const request = Buffer.from(encodeFrame({ version: 1, request: "describe" })).toString("hex");
    const { stdout } = await runProgram(
      ["unshare", "--user", "--map-root-user", process.execPath, "-e", script, socket, request],
      { cwd: "/" },
    );
    // Root in its own namespace only, it is our own user for the kernel.
    expect(stdout).toBe("true\n");
  });
});

describe("a directory for leases", () => {
  const environmentOf = (runtime: string) => ({ XDG_RUNTIME_DIR: runtime });
  const refusal = (runtime: string, uid?: number): string => {
    try {
      makeLeaseDirectory(environmentOf(runtime), uid);
    } catch (error) {
      return error instanceof Error ? error.message : "";
    }
    return "none";
  };

  test("is made for its user alone, whatever the umask", () => {
    const runtime = emptyFolder();
    const umask = process.umask(0);
    try {
      expect(makeLeaseDirectory(environmentOf(runtime))).toBe(join(runtime, "pprotect"));
    } finally {
      process.umask(umask);
    }
    expect(lstatSync(join(runtime, "pprotect")).mode & 0o7777).toBe(0o700);
    expect(refusal(runtime)).toBe("none");
  });

  test("is refused when another put it there, and nothing else is used in its place", () => {
    const link = emptyFolder();
    symlinkSync(emptyFolder(), join(link, "pprotect"));
    expect(refusal(link)).toEndWith("cannot be used for leases: it is a symbolic link");
    const file = emptyFolder();
    writeFileSync(join(file, "pprotect"), "");
    expect(refusal(file)).toEndWith("it is not a directory");
    const open = emptyFolder();
    mkdirSync(join(open, "pprotect"));
    chmodSync(join(open, "pprotect"), 0o750);
    expect(refusal(open)).toEndWith("other users may enter it (its mode is not 0700)");
    const foreign = emptyFolder();
    mkdirSync(join(foreign, "pprotect"), { mode: 0o700 });
    expect(refusal(foreign, (process.getuid?.() ?? 0) + 1)).toContain("it belongs to another user (uid ");
    for (const each of [link, file, open]) {
      expect(usableDirectories(environmentOf(each))).not.toContain(join(each, "pprotect"));
    }
  });

  test("is refused when its path is too long for a socket", () => {
    const runtime = join(emptyFolder(), "x".repeat(90));
    mkdirSync(runtime);
    expect(refusal(runtime)).toEndWith("is too long a path for a socket");
  });

  test("is looked for in every place, since not every process has XDG_RUNTIME_DIR", () => {
    const inTemporary = leaseDirectories({}, 1000).at(-1);
    expect(inTemporary).toEndWith("/pprotect-1000");
    const all = leaseDirectories({ XDG_RUNTIME_DIR: "/x" }, 1000);
    expect([all[0], all.at(-1)]).toEqual(["/x/pprotect", inTemporary]);
    expect(leaseDirectories({ XDG_RUNTIME_DIR: "relative" }, 1000)).toEqual(leaseDirectories({}, 1000));
  });
});

describe("what is in a directory of leases and is not one,", () => {
  test("is passed over: links, files, other names, and what answers something else", async () => {
    const user = userDirectories();
    const { socket, grant } = await start(sampleStore(), ["dev"], user);
    const directory = join(user.XDG_RUNTIME_DIR, "pprotect");
    symlinkSync(socket, join(directory, "1111111111111111.sock"));
    writeFileSync(join(directory, "2222222222222222.sock"), "");
    writeFileSync(join(directory, "other"), "");
    const fake = Bun.listen({
      unix: join(directory, "3333333333333333.sock"),
      socket: { data: (connection) => void connection.write(encodeFrame({ grant: "none" })) },
    });
    try {
      const { live, silent } = await leasesOf(user);
      expect(live.map((each) => each.grant.id)).toEqual([grant.id]);
      expect(silent.map(({ id, why }) => [id, why])).toEqual([["3333333333333333", "not_a_lease"]]);
      // It is a process of the user, and not a lease: it is not killed.
      expect(chosenLeases({ live: [], silent, dead: [] }, { by: "all" })).toEqual([]);
    } finally {
      fake.stop(true);
    }
  });
});

describe("a client that means ill", () => {
  test.each([
    ["what is not JSON", new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0, 0x7b])],
    ["what is not a request", encodeFrame({ version: 1, request: "keys" })],
    ["another version", encodeFrame({ version: 2, request: "describe" })],
    ["more than a message may have", new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    [
      "more sealed values than one message may",
      encodeFrame({ version: 1, request: "open", publicKey: "", boxes: Array(501).fill("") }),
    ],
  ])("is refused: it sends %s", async (_, bytes) => {
    const user = userDirectories();
    const { socket, grant } = await start(sampleStore(), ["dev"], user);
    expect(await talk(socket, bytes)).toEndWith('{"refused":"bad_request"}');
    expect((await leasesOf(user)).live.map((each) => each.grant.id)).toEqual([grant.id]);
  });

  test("may send a message in single bytes, or none at all: others are served meanwhile", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { socket } = await start(file, ["dev"], user);
    const idle = await Promise.all(Array.from({ length: 100 }, () => LeaseConnection.to(socket)));
    const slow = await Bun.connect({ unix: socket, socket: { data: () => undefined } });
    for (const byte of encodeFrame({ version: 1, request: "describe" }).subarray(0, 20)) {
      slow.write(new Uint8Array([byte]));
      await Bun.sleep(1);
    }
    const { values } = await openWithLeases([wanted(file, "dev")], user);
    expect(values?.[0]?.get("api-key")).toBe("dev-api-key");
    for (const each of idle) each.close();
    slow.end();
  });

  test("is dropped after ten seconds", async () => {
    const user = userDirectories();
    const { socket } = await start(sampleStore(), ["dev"], user);
    const connection = await LeaseConnection.to(socket);
    expect(await connection.closed(1_000)).toBe(false);
    expect(await connection.closed(60_000)).toBe(true);
  });

  test("is dropped after a minute, however busy it is: what it opens is one use", async () => {
    const { server, socket } = serverHere(sampleStore(), { visitMs: 1_500 });
    server.listen();
    const connection = await LeaseConnection.to(socket);
    const start = performance.now();
    while (!(await connection.closed(100)) && performance.now() - start < 40_000)
      await connection.ask({ version: 1, request: "describe" }).catch(() => undefined);
    expect(performance.now() - start).toBeLessThan(30_000);
    server.end("ended");
  });

  test("has no more than its share: hundreds of connections are refused, and the lease goes on", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { socket } = await start(file, ["dev"], user);
    const connections: LeaseConnection[] = [];
    const before = performance.now();
    for (let count = 0; count < 520; count++) {
      const connection = await LeaseConnection.to(socket).catch(() => undefined);
      if (connection) connections.push(connection);
    }
    const busy = connections.at(-1)?.ask({ version: 1, request: "describe" }, 60_000);
    const why = await busy?.catch((error: unknown): unknown => Reflect.get(Object(error), "why"));
    // Under load, the last ones may be refused before they are connected, and the first ones dropped by then.
    const isLate = performance.now() - before > 10_000;
    expect(["busy", "ended"].includes(String(why)) || connections.length < 520 || isLate).toBe(true);
    for (const connection of connections) connection.close();
    const { values } = await openWithLeases([wanted(file, "dev")], user);
    expect(values?.[0]?.size).toBe(2);
  });

  test("cannot be one of ours: it sends no more than a message may have", () => {
    expect(() => encodeFrame({}, new Uint8Array(MAX_FRAME_BYTES))).toThrow("message too large");
  });
});

describe("the memory of a lease's process", () => {
  /** Starts one without root's rights, so that no rule of root's applies. */
  async function startUnprivileged(): Promise<{ pid: number; key: Uint8Array }> {
    const box = sandbox();
    const copy = openToEveryone(box);
    const directory = join(box.folder, "run");
    mkdirSync(directory, { mode: 0o700 });
    if (IS_ROOT) chownSync(directory, NOBODY, NOBODY);
    const file = sampleStore();
    const domain = findDomain(file.data, "dev");
    const privateKey = openDomainKey("dev", domain, unlocked(file, ALICE));
    const child = Bun.spawn([...withoutRights([copy]), "__lease"], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {},
    });
    const now = Date.now();
    const { publicKey } = domain;
    child.stdin.write(
      encodeHandover({
        grant: grantOf({ name: "dev", publicKey, store: STORE, only: undefined }, now, 60_000),
        socket: join(directory, "0123456789abcdef.sock"),
        stateDirectory: directory,
        token: new Uint8Array(0),
        privateKeys: [privateKey.bytes()],
      }),
    );
    await child.stdin.end();
    const { pid } = JSON.parse(await new Response(child.stdout).text());
    started.push(pid);
    return { pid, key: privateKey.bytes() };
  }

  test.if(needs(...DROPPING_RIGHTS))("is closed to every other process of the user", async () => {
    const { pid } = await startUnprivileged();
    for (const name of ["mem", "maps", "environ"]) {
      const path = `/proc/${pid}/${name}`;
      const { status, stdout, stderr } = await runProgram(withoutRights(["head", "-c", "9", path]), {
        cwd: "/",
      });
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("Permission denied");
    }
    const fds = await runProgram(withoutRights(["ls", `/proc/${pid}/fd`]), { cwd: "/" });
    expect(fds.stderr).toContain("Permission denied");
  });

  test("has the key once while the lease lasts, and not when it has ended: root sees it", async () => {
    const file = sampleStore();
    const user: UserDirectories = userDirectories();
    const state = join(user.XDG_STATE_HOME, "pprotect");
    mkdirSync(state);
    const { pid } = await start(file, ["dev"], user);
    const key = openDomainKey("dev", findDomain(file.data, "dev"), unlocked(file, ALICE)).bytes();
    await openWithLeases([wanted(file, "dev")], user);
    if (!IS_ROOT) {
      expect(() => timesInMemory(pid, key)).toThrow("EACCES");
      return;
    }
    // Values are overwritten as soon as they are sent, which may be a moment after they were received.
    await until(() => timesInMemory(pid, Buffer.from("dev-api-key")) === 0);
    await until(() => timesInMemory(pid, key) === 1);
    // The process waits for the access log before it leaves: the keys are gone by then.
    const lock = await holdLock(join(state, "access.jsonl"));
    process.kill(pid, "SIGTERM");
    await until(() => timesInMemory(pid, key) === 0);
    expect(isAlive(pid)).toBe(true);
    process.kill(pid, "SIGKILL");
    await lock.release();
  });
});

test("a process that gets no whole handover ends, and holds nothing", async () => {
  const { binary } = await import("../support/binary.ts");
  for (const input of [new Uint8Array(0), encodeFrame({ grant: {} })]) {
    const child = Bun.spawn([binary(), "__lease"], { stdio: ["pipe", "pipe", "ignore"], env: {} });
    child.stdin.write(input);
    await child.stdin.end();
    expect(await new Response(child.stdout).text()).toBe('{"error":"the lease was not handed over"}');
  }
});

test("what ends leases passes over a process that has ended, and one that cannot be reached is a failure", async () => {
  const missing = { id: "0123456789abcdef", socket: join(emptyFolder(), "0123456789abcdef.sock") };
  expect(await endLeases([missing])).toEqual([{ id: missing.id, outcome: "ended" }]);
});
