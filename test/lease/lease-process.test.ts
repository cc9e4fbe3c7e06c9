import { afterAll, afterEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { withFile } from "../../src/exec/handed-out/ledger.ts";
import { changeLedger } from "../../src/exec/handed-out/ledger-file.ts";
import { writePrivateFile } from "../../src/exec/plaintext-files/write.ts";
import { entriesIn } from "../../src/lease/access-log/filter.ts";
import { openWithLeases } from "../../src/lease/client.ts";
import { chosenLeases, endLeases, type LeaseChoice } from "../../src/lease/end.ts";
import { findLeases, removeDeadSockets } from "../../src/lease/find.ts";
import type { StartedLease } from "../../src/lease/start.ts";
import { LEASE_VARIABLE } from "../../src/lease/token.ts";
import type { KeyFile } from "../../src/store/key-file.ts";
import { identityOf } from "../../src/system/process-identity.ts";
import {
  isAlive,
  lease,
  leasesOf,
  type UserDirectories,
  userDirectories,
  wanted,
} from "../support/leases.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { ALICE, sampleStore, secretsOf, unlocked } from "../support/stores.ts";
import { until } from "../support/until.ts";

afterAll(removeFolders);

const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
});

async function start(...args: Parameters<typeof lease>): Promise<StartedLease> {
  const result = await lease(...args);
  started.push(result.pid);
  return result;
}

/** What a client opens of a domain, or why it does not. */
async function open(
  file: KeyFile,
  domain: string,
  environment: Readonly<Record<string, string>>,
  secrets?: readonly string[],
): Promise<unknown> {
  const result = await openWithLeases([wanted(file, domain, secrets)], environment);
  return result.values ? Object.fromEntries(result.values[0] ?? []) : result.reasons;
}

async function end(environment: UserDirectories, choice: LeaseChoice): Promise<unknown> {
  return endLeases(chosenLeases(await leasesOf(environment), choice));
}

const sockets = ({ XDG_RUNTIME_DIR }: UserDirectories): string[] =>
  readdirSync(join(XDG_RUNTIME_DIR, "pprotect"));

const logOf = ({ XDG_STATE_HOME }: UserDirectories) =>
  entriesIn(readFileSync(join(XDG_STATE_HOME, "pprotect/access.jsonl"), "utf8"));

describe("a lease", () => {
  test("opens what it covers, without a passphrase, and nothing else", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev"], user);
    expect(await open(file, "dev", user)).toEqual(secretsOf(file, "dev", ALICE));
    expect(await open(file, "prod", user)).toEqual([]);
  });

  test("is described by what it was granted for, and by how often it was used", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const program = { ...identity(process.pid), name: "agent" };
    const given = { client: "agent-7", reason: "nightly", uses: 3, only: ["api-*"], program };
    const { grant, pid, token } = await start(file, ["dev"], user, given);
    await open(file, "dev", { ...user, [LEASE_VARIABLE]: token ?? "" }, ["api-key"]);
    const { live } = await leasesOf(user);
    expect(live.map((each) => [each.used, each.pid])).toEqual([[1, pid]]);
    expect(live[0]?.grant).toMatchObject({ id: grant.id, client: "agent-7", reason: "nightly", uses: 3 });
    expect(live[0]?.grant.program).toMatchObject(program);
    expect(JSON.stringify(live)).not.toContain(token ?? "");
  });

  test("is a process of its own: no terminal, no open files, in no one's directory, child of none", async () => {
    const user = userDirectories();
    const { pid } = await start(sampleStore(), ["dev"], user);
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    const [, parent, , session, terminal] = stat.map(Number);
    expect({ session, terminal }).toEqual({ session: pid, terminal: 0 });
    expect(parent).not.toBe(process.pid);
    expect(readlinkSync(`/proc/${pid}/cwd`)).toBe("/");
    for (const stream of [0, 1, 2]) expect(readlinkSync(`/proc/${pid}/fd/${stream}`)).toBe("/dev/null");
    expect(readFileSync(`/proc/${pid}/environ`, "latin1")).toBe("");
    expect(readFileSync(`/proc/${pid}/limits`, "latin1")).toMatch(/^Max core file size +0 +0 /m);
    expect(readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").slice(1)).toEqual([
      "__lease",
      "hold",
      "",
    ]);
  });

  test("has a socket that is its user's alone, in a directory that is too", async () => {
    const user = userDirectories();
    const { grant } = await start(sampleStore(), ["dev"], user);
    const directory = join(user.XDG_RUNTIME_DIR, "pprotect");
    expect(sockets(user)).toEqual([`${grant.id}.sock`]);
    expect(lstatSync(directory).mode & 0o7777).toBe(0o700);
    expect(lstatSync(join(directory, `${grant.id}.sock`)).mode & 0o7777).toBe(0o600);
  });

  test("leaves nothing on a disk but its socket", async () => {
    const user = userDirectories();
    await start(sampleStore(), ["dev"], user);
    expect(readdirSync(user.XDG_STATE_HOME)).toEqual([]);
    expect(readdirSync(user.XDG_RUNTIME_DIR, { recursive: true })).toHaveLength(2);
  });

  test("serves 200 clients at once", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev"], user);
    const all = await Promise.all(Array.from({ length: 200 }, () => open(file, "dev", user)));
    const values = secretsOf(file, "dev", ALICE);
    expect(all.filter((each) => Bun.deepEquals(each, values))).toHaveLength(200);
  });

  test("opens more values than one message holds, some of them large", async () => {
    const large = "x".repeat(9 << 20);
    let file = sampleStore().setSecret("dev", "large-1", large).setSecret("dev", "large-2", large);
    for (let index = 0; index < 600; index++) file = file.setSecret("dev", `n${index}`, `value ${index}`);
    const user = userDirectories();
    await start(file, ["dev"], user, { uses: 1 });
    expect(await open(file, "dev", user)).toEqual(secretsOf(file, "dev", ALICE));
  });
});

describe("a lease ends", () => {
  /** Starts one, does something, and waits until its process and socket are gone. */
  async function endBy(
    options: Parameters<typeof lease>[3],
    act: (lease: StartedLease, user: UserDirectories, file: KeyFile) => unknown,
  ): Promise<string | undefined> {
    const file = sampleStore();
    const user = userDirectories();
    const one = await start(file, ["dev"], user, options);
    await act(one, user, file);
    await until(() => !isAlive(one.pid));
    if (existsSync(user.XDG_RUNTIME_DIR)) expect(sockets(user)).toEqual([]);
    expect(await open(file, "dev", user)).toEqual([]);
    return logOf(user).find(({ action }) => action === "lease_ended")?.result;
  }

  test("at its deadline", async () => {
    const start = performance.now();
    expect(await endBy({ ttl: 300 }, () => undefined)).toBe("expired");
    expect(performance.now() - start).toBeLessThan(30_000);
  });

  test("after its uses, of which one command is one", async () => {
    const used = endBy({ uses: 2 }, async (_, user, file) => {
      for (let use = 0; use < 2; use++) {
        expect(await open(file, "dev", user)).toEqual(secretsOf(file, "dev", ALICE));
      }
    });
    expect(await used).toBe("used_up");
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("by %s", async (signal) => {
    expect(await endBy({}, ({ pid }) => process.kill(pid, signal))).toBe("signal");
  });

  test("with its program", async () => {
    const child = Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });
    const options = { program: { ...identity(child.pid), name: "sleep" } };
    expect(await endBy(options, () => child.kill())).toBe("program_ended");
  });

  test("at once when its program has ended before, also when another process has the number", async () => {
    expect(await endBy({ program: { pid: process.pid, started: "another" } }, () => undefined)).toBe(
      "program_ended",
    );
  });

  test("when its runtime directory is removed, or given another name", async () => {
    expect(await endBy({}, (_, user) => rmSync(user.XDG_RUNTIME_DIR, { recursive: true }))).toBe(
      "unreachable",
    );
    const renamed = endBy({}, (_, { XDG_RUNTIME_DIR }) =>
      renameSync(XDG_RUNTIME_DIR, `${XDG_RUNTIME_DIR}.old`),
    );
    expect(await renamed).toBe("unreachable");
  });

  test.each([
    ["by its id", (grant: StartedLease["grant"]): LeaseChoice => ({ by: "id", id: grant.id })],
    ["by its client", (): LeaseChoice => ({ by: "client", client: "agent" })],
    ["by its domain", (): LeaseChoice => ({ by: "domain", domain: "dev" })],
    ["with all others", (): LeaseChoice => ({ by: "all" })],
  ])("when another process says so, %s", async (_, choiceOf) => {
    const result = await endBy({ client: "agent" }, async ({ grant }, user) => {
      expect(await end(user, choiceOf(grant))).toEqual([{ id: grant.id, outcome: "ended" }]);
    });
    expect(result).toBe("ended");
  });

  test("and no other does, which has another id, client and domain", async () => {
    const user = userDirectories();
    const { grant } = await start(sampleStore(), ["dev"], user, { client: "agent" });
    for (const choice of [
      { by: "id", id: "0123456789abcdef" },
      { by: "client", client: "other" },
      { by: "domain", domain: "prod" },
    ] as const) {
      expect(await end(user, choice)).toEqual([]);
    }
    expect((await leasesOf(user)).live.map((each) => each.grant.id)).toEqual([grant.id]);
  });

  test("by force when it is stopped and does not answer, and is reported until then", async () => {
    const user = userDirectories();
    const { pid, grant } = await start(sampleStore(), ["dev"], user);
    process.kill(pid, "SIGSTOP");
    const found = await leasesOf(user);
    expect([found.live, found.silent.map(({ id, why }) => [id, why])]).toEqual([[], [[grant.id, "silent"]]]);
    const before = performance.now();
    const impatient = await findLeases(user, 100);
    expect(impatient.silent.map(({ why }) => why)).toEqual(["silent"]);
    expect(performance.now() - before).toBeLessThan(2_500);
    const outcome = await endLeases(chosenLeases(found, { by: "all" }), 200);
    expect(outcome).toEqual([{ id: grant.id, outcome: "killed" }]);
    await until(() => !isAlive(pid));
    expect(sockets(user)).toEqual([]);
  });
});

describe("a lease that was killed", () => {
  test("opens nothing more; its socket is removed when it is old enough not to be a new one's", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { pid, grant } = await start(file, ["dev"], user);
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
    expect(await open(file, "dev", user)).toEqual([]);
    const { live, dead } = await leasesOf(user);
    expect([live, dead.map(({ id }) => id)]).toEqual([[], [grant.id]]);
    // As young as one of a lease that is about to listen, however long it took to come here.
    for (const { socket } of dead) chmodSync(socket, 0o600);
    expect(removeDeadSockets(dead)).toEqual([]);
    await Bun.sleep(5_100);
    expect(removeDeadSockets(dead)).toHaveLength(1);
    expect(sockets(user)).toEqual([]);
  });

  test("is one clear error for the program that it was for", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { pid, token, grant } = await start(file, ["dev"], user, { program: identity(process.pid) });
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));
    const opened = open(file, "dev", { ...user, [LEASE_VARIABLE]: token ?? "" });
    // The kernel may close the socket a moment after the process is gone.
    expect([
      ["no_lease", `the lease ${grant.id} has ended: its process was killed`],
      ["no_lease", `the lease ${grant.id} ended before it answered`],
    ]).toContainEqual((await errorOf(opened)) as string[]);
  });

  test("while it is asked, is one clear error for each client", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { pid, grant } = await start(file, ["dev"], user);
    const [{ socket = "" } = {}] = (await leasesOf(user)).live;
    process.kill(pid, "SIGSTOP");
    const { LeaseConnection } = await import("../../src/lease/connection.ts");
    const connection = await LeaseConnection.to(socket);
    const asked = connection.ask({ version: 1, request: "describe" }).catch((error: unknown) => error);
    process.kill(pid, "SIGKILL");
    const { noLease } = await import("../../src/lease/connection.ts");
    expect(await asked).toMatchObject({ why: "ended" });
    expect(noLease(grant.id, "ended").message).toBe(`the lease ${grant.id} ended before it answered`);
  });
});

describe("a lease for one program", () => {
  test("is used with its token alone, and with the token no other lease is", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { token = "" } = await start(file, ["dev"], user, { program: identity(process.pid) });
    expect(await open(file, "dev", user)).toEqual([]);
    expect(await open(file, "dev", { ...user, [LEASE_VARIABLE]: token })).toEqual(
      secretsOf(file, "dev", ALICE),
    );
    await start(file, ["prod"], user);
    expect(await open(file, "prod", user)).toEqual({ token: "prod-token" });
    const refused = open(file, "prod", { ...user, [LEASE_VARIABLE]: token });
    expect((await errorOf(refused))[0]).toBe("lease_refused");
  });

  test("refuses a token that is wrong or missing, whatever the client says of it", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev"], user, { program: identity(process.pid) });
    const [{ socket = "" } = {}] = (await leasesOf(user)).live;
    const { LeaseConnection } = await import("../../src/lease/connection.ts");
    for (const token of [undefined, "", "A".repeat(22), "A".repeat(21)]) {
      const connection = await LeaseConnection.to(socket);
      const { publicKey, boxes } = wanted(file, "dev");
      const request = { version: 1, request: "open", token, publicKey, boxes: boxes.map(([, box]) => box) };
      expect((await connection.ask(request)).header).toEqual({ refused: "wrong_token" });
    }
  });

  test("is a failure when it has ended, and no other lease takes its place", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { token = "", grant } = await start(file, ["dev"], user, { program: identity(process.pid) });
    await start(file, ["dev"], user);
    await end(user, { by: "id", id: grant.id });
    expect(await open(file, "dev", user)).toEqual(secretsOf(file, "dev", ALICE));
    const environment = { ...user, [LEASE_VARIABLE]: token };
    expect(await errorOf(open(file, "dev", environment))).toEqual([
      "no_lease",
      `the lease ${grant.id} has ended`,
    ]);
    expect((await errorOf(open(file, "dev", { ...user, [LEASE_VARIABLE]: "" })))[0]).toBe("no_lease");
  });
});

describe("what a lease covers", () => {
  test("is bound to the key: after a rotation it refuses and says so", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { grant } = await start(file, ["dev"], user);
    const rotated = file.rotateDomainKey("dev", unlocked(file, ALICE));
    expect(await open(rotated, "dev", user)).toEqual([
      `the lease ${grant.id} is for another key of domain "dev": the key was rotated or replaced since`,
    ]);
  });

  test("is bound to the key: when two domains exchange their names, a lease of dev opens nothing of prod", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev"], user);
    const { data } = file;
    const [dev, prod] = [data.domains.get("dev"), data.domains.get("prod")];
    if (!dev || !prod) throw new Error("the sample store has both");
    const domains = new Map([
      ["dev", prod],
      ["prod", dev],
    ]);
    const { KeyFile } = await import("../../src/store/key-file.ts");
    const swapped = KeyFile.from({ ...data, domains });
    const [reason, ...others] = (await open(swapped, "dev", user)) as string[];
    expect([reason, others]).toEqual([expect.stringContaining("is for another key of domain"), []]);
  });

  test("is bound to the key: prod's sealed values do not open, though a client claims that they are dev's", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev"], user);
    const forged = { ...wanted(file, "dev"), boxes: wanted(file, "prod").boxes };
    const { values } = await openWithLeases([forged], user);
    expect([...(values?.[0]?.values() ?? [])]).toEqual([expect.objectContaining({ code: "cannot_open" })]);
  });

  test("holds the keys of two stores apart", async () => {
    const [one, other] = [sampleStore(), sampleStore()];
    const user = userDirectories();
    await start(one, ["dev"], user);
    expect(await open(one, "dev", user)).toEqual(secretsOf(one, "dev", ALICE));
    expect(await open(other, "dev", user)).toEqual([expect.stringContaining("is for another key")]);
    await start(other, ["dev"], user, { store: "/stores/other.yaml" });
    expect(await open(other, "dev", user)).toEqual(secretsOf(other, "dev", ALICE));
  });

  test("may be limited to names: others do not open, nor does a changed value", async () => {
    const file = sampleStore();
    const user = userDirectories();
    const { grant } = await start(file, ["dev"], user, { only: ["api-*"] });
    expect(await open(file, "dev", user, ["api-key"])).toEqual({ "api-key": "dev-api-key" });
    expect(await open(file, "dev", user)).toEqual([
      `the lease ${grant.id} does not cover secret "db-password" in domain "dev": it is limited to api-*`,
    ]);
    const changed = file.updateSecret("dev", "api-key", "another");
    expect(await open(changed, "dev", user, ["api-key"])).toEqual([
      `secret "api-key" in domain "dev" was changed since the lease ${grant.id} was granted`,
    ]);
  });

  test("limited to names, does not open another value that was put under an allowed name", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev"], user, { only: ["api-key"] });
    const { publicKey } = wanted(file, "dev");
    const [[, box = ""] = []] = wanted(file, "dev", ["db-password"]).boxes;
    const [{ socket = "" } = {}] = (await leasesOf(user)).live;
    const { LeaseConnection } = await import("../../src/lease/connection.ts");
    const connection = await LeaseConnection.to(socket);
    const { header, payload } = await connection.ask({
      version: 1,
      request: "open",
      publicKey,
      boxes: [box],
    });
    expect([header, payload.length]).toEqual([{ values: ["other_box"] }, 0]);
  });

  test("may be put together of several leases; one without a limit of uses is used first", async () => {
    const file = sampleStore();
    const user = userDirectories();
    await start(file, ["dev", "prod"], user, { uses: 1 });
    await start(file, ["dev"], user);
    await start(file, ["prod"], user);
    const result = await openWithLeases([wanted(file, "dev"), wanted(file, "prod")], user);
    expect(result.values?.map((each) => each.size)).toEqual([2, 1]);
    expect((await leasesOf(user)).live.map(({ used }) => used)).toEqual([0, 1, 1]);
  });
});

test("a lease lasts no longer than leases may", async () => {
  const day = 24 * 3_600_000;
  const start = (ttl: number, longest: Record<string, string>) => {
    const environment = { ...userDirectories(), ...longest };
    return lease(sampleStore(), ["dev"], environment, { ttl });
  };
  expect(await errorOf(start(day + 1, {}))).toEqual(["usage", "1d is longer than a lease may last (1d)"]);
  expect((await errorOf(start(7_200_000, { PPROTECT_MAX_TTL: "1h" })))[1]).toBe(
    "2h is longer than a lease may last (1h)",
  );
  expect((await errorOf(start(1_000, { PPROTECT_MAX_TTL: "soon" })))[0]).toBe("usage");
});

test("files that were written under a lease are removed when it ends", async () => {
  const user = userDirectories();
  const state = join(user.XDG_STATE_HOME, "pprotect");
  const { grant, pid } = await start(sampleStore(), ["dev"], user);
  const path = join(emptyFolder(), ".env");
  const before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = user.XDG_STATE_HOME;
  await writePrivateFile(path, "A=secret\n", { store: path, force: false, onWait: () => undefined });
  if (before === undefined) delete process.env.XDG_STATE_HOME;
  else process.env.XDG_STATE_HOME = before;
  const file = {
    path,
    domains: ["dev"],
    store: path,
    client: undefined,
    lease: grant.id,
    since: 0,
    until: undefined,
  };
  await changeLedger(state, (ledger) => withFile(ledger, file));
  await end(user, { by: "all" });
  await until(() => !isAlive(pid));
  expect(existsSync(path)).toBe(false);
});

test("a lease does not start for patterns that match nothing", async () => {
  const started = lease(sampleStore(), ["dev"], userDirectories(), { only: ["api-*", "x*"] });
  expect(await errorOf(started)).toEqual(["no_such_secret", '--only "x*" matches no secret of "dev"']);
});

test("without the foreign function interface leases are not available, and say so", async () => {
  const script = `
    import { requireLeases } from ${JSON.stringify(join(import.meta.dir, "../../src/lease/availability.ts"))};
    try { requireLeases(); } catch (error) { console.log(error.code, error.message); }`;
  const { stdout } = await runProgram([process.execPath, "-e", script], {
    cwd: import.meta.dir,
    env: { BUN_JSC_useJIT: "0" },
  });
  expect(stdout).toStartWith(
    "environment leases are not available here: the runtime cannot call the C library",
  );
});

function identity(pid: number) {
  const found = identityOf(pid);
  if (!found) throw new Error("no such process");
  return found;
}

async function errorOf(action: Promise<unknown>): Promise<[unknown, unknown]> {
  try {
    await action;
  } catch (error) {
    return [Reflect.get(Object(error), "code"), Reflect.get(Object(error), "message")];
  }
  throw new Error("it did not fail");
}
