import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { binary } from "../../support/binary.ts";
import { type LeaseUser, leaseUser, leaseUsers } from "../../support/lease-cli.ts";
import { isAlive } from "../../support/leases.ts";
import { needs } from "../../support/programs.ts";
import { cleanEnvironment, runProgram } from "../../support/run.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";
import { until } from "../../support/until.ts";

afterAll(removeFolders);

const newUser = leaseUsers();

/** Runs a program that sees no other processes, as in a container, and is not the first one there: that ignores SIGTERM. */
const OWN_PROCESSES = [
  ...["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"],
  ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
  ...["sh", "-c", '"$@"; exit $?', "sh"],
];

/** Starts `exec` and waits until its program runs. */
async function startProgram(
  user: LeaseUser,
  options: readonly string[],
  script: string,
): Promise<Bun.Subprocess> {
  const child = Bun.spawn(
    [binary(), "exec", "--domain", "dev", ...options, "--", "sh", "-c", `touch running; ${script}`],
    {
      cwd: user.box.folder,
      env: cleanEnvironment(user.box.folder, user.directories),
      stdio: ["ignore", "ignore", "ignore"],
    },
  );
  await until(() => existsSync(user.box.path("running")));
  return child;
}

describe("`lease`", () => {
  test("prints the value to the byte, as `DOMAIN/NAME`, `DOMAIN NAME`, and a name that is unique", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    for (const words of [["dev/api-key"], ["dev", "api-key"], ["api-key"]])
      expect((await user.run(["lease", ...words])).stdout).toBe("dev-api-key");
  });

  test("with --json, has the fields of agent-secrets", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    const { result } = await user.answer(["lease", "dev/api-key", "--ttl", "30m", "--client-id", "agent-7"]);
    expect(result).toMatchObject({
      secret_name: "api-key",
      value: "dev-api-key",
      ttl: "30m",
      client_id: "agent-7",
    });
    const lasts = Date.parse(result.expires_at) - Date.now();
    expect(lasts).toBeGreaterThan(29 * 60_000);
    expect(lasts).toBeLessThanOrEqual(30 * 60_000);
    const unnamed = await user.answer(["lease", "dev/api-key"]);
    expect(unnamed.result).toMatchObject({ ttl: "1h", client_id: expect.stringMatching(/^client-/) });
  });

  test.each([
    ["a secret that is not there", ["lease", "dev/nothing"]],
    ["a domain that is not there", ["lease", "nothing/api-key"]],
    ["a time that is too long", ["lease", "dev/api-key", "--ttl", "25h"]],
    ["no credentials", ["lease", "dev/api-key", "--non-interactive"]],
  ])("for %s prints nothing on standard output, and exits with 1", async (_, args) => {
    const user = newUser();
    const { status, stdout, stderr } = await user.run(args);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toStartWith("pprotect: ");
  });

  test("is shown by `status` until the value is changed", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    await user.run(["lease", "dev/api-key", "--client-id", "agent-7"]);
    const [shown, ...others] = (await user.answer(["status"])).result.shown;
    expect(others).toEqual([]);
    expect(shown).toMatchObject({ domain: "dev", secret: "api-key", client: "agent-7" });
    expect(shown.rotate).toEndWith("update-secret -- dev api-key");
    writeFileSync(
      user.box.path(".pprotect.yaml"),
      "version: 1\nrotation:\n  dev/api-key:\n    rotate_via: ./make-key\n",
    );
    expect((await user.answer(["status"])).result.shown[0].rotate).toEndWith(" rotate -- dev api-key");
    // The store's log has whole seconds: a change within the second of the lease is not known to be later.
    await Bun.sleep(1_100);
    await user.run(["update-secret", "dev", "api-key", "--generate"]);
    expect((await user.answer(["status"])).result.shown).toEqual([]);
  });
});

describe("`revoke`", () => {
  test("ends leases and programs, removes files, and reports what was shown", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["unlock", "--client", "agent"]);
    await user.run(["lease", "dev/api-key"]);
    await user.run(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    const child = await startProgram(user, [], "sleep 600");
    const before = (await user.answer(["status"])).result;
    expect(before).toMatchObject({
      active_leases: 1,
      programs: [{ pid: child.pid, name: "sh", client: "agent" }],
      files: [{ path: user.box.path(".env"), client: "agent" }],
    });
    const { ok, result } = await user.answer(["revoke", "--all"]);
    expect(ok).toBe(true);
    expect(result.ended.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(["lease", "program"]);
    expect(result.files_removed).toEqual([user.box.path(".env")]);
    expect(result.failed).toEqual([]);
    expect(result.shown).toMatchObject([{ domain: "dev", secret: "api-key" }]);
    expect(existsSync(user.box.path(".env"))).toBe(false);
    expect(isAlive(child.pid)).toBe(false);
    expect((await user.answer(["status"])).result).toMatchObject({
      active_leases: 0,
      programs: [],
      files: [],
    });
    expect(user.log().at(-1)).toMatchObject({ action: "revoke", result: "ok" });
  });

  test("ends a program that a passphrase was given for, and its children that ignore SIGTERM", async () => {
    const user = newUser();
    const script = `trap "" TERM; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done' & wait`;
    const credentials = ["-u", ALICE.name, "--passphrase-file", user.box.alice];
    const child = await startProgram(user, credentials, script);
    await until(
      () => existsSync(user.box.path("child")) && readFileSync(user.box.path("child"), "utf8") !== "",
    );
    const { result } = await user.answer(["revoke", "--domain", "dev"]);
    expect(result.ended).toMatchObject([{ kind: "program", pid: child.pid }]);
    expect(isAlive(Number(readFileSync(user.box.path("child"), "utf8")))).toBe(false);
  });

  test.if(needs("unshare", "mount"))(
    "ends a program in a container from outside, and reports one outside from within",
    async () => {
      const user = newUser();
      const credentials = ["-u", ALICE.name, "--passphrase-file", user.box.alice];
      const outside = await startProgram(user, credentials, "exec sleep 600");
      const within = (words: readonly string[]) =>
        runProgram([...OWN_PROCESSES, binary(), ...words], { cwd: user.box.folder, env: user.directories });
      const run = [
        "exec",
        "--domain",
        "dev",
        ...credentials,
        "--",
        "sh",
        "-c",
        "touch inside; exec sleep 600",
      ];
      const inside = within(run);
      await until(() => existsSync(user.box.path("inside")));
      const { status, stderr } = await within(["revoke", "--client", "nobody"]);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      const refused = await within(["revoke", "--all"]);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain(
        `Not taken back: program sh (${outside.pid}) (it may run in another container: run \`pprotect revoke\` there or on the host)`,
      );
      expect(outside.exitCode).toBeNull();
      expect((await user.answer(["revoke", "--all"])).result).toMatchObject({ ended: [{}, {}], failed: [] });
      await Promise.all([outside.exited, inside]);
    },
  );

  test("ends the program of `unlock -- PROGRAM` with all that it started, and `lock` does not", async () => {
    const user = newUser();
    const pidIn = (file: string) => Number(readFileSync(user.box.path(file), "utf8"));
    const start = async (client: string, file: string): Promise<Bun.Subprocess> => {
      const script = `(trap "" TERM; sleep 600) & echo $! > ${file}; wait`;
      const unlock = [
        "unlock",
        "dev",
        "--client",
        client,
        "-u",
        ALICE.name,
        "--passphrase-file",
        user.box.alice,
      ];
      const child = Bun.spawn([binary(), ...unlock, "--", "sh", "-c", script], {
        cwd: user.box.folder,
        env: cleanEnvironment(user.box.folder, user.directories),
        stdio: ["ignore", "ignore", "ignore"],
      });
      await until(() => existsSync(user.box.path(file)) && pidIn(file) > 0);
      return child;
    };
    const [locked, revoked] = [await start("a", "first"), await start("b", "second")];
    await user.run(["lock", "--client", "a"]);
    expect([isAlive(locked.pid), isAlive(pidIn("first"))]).toEqual([true, true]);
    const { result } = await user.answer(["revoke", "--client", "b"]);
    expect(result.ended).toMatchObject([
      { kind: "lease" },
      { kind: "program", pid: revoked.pid, name: "sh" },
    ]);
    expect([isAlive(revoked.pid), isAlive(pidIn("second"))]).toEqual([false, false]);
    await user.run(["revoke", "--client", "a"]);
    expect(isAlive(pidIn("first"))).toBe(false);
  });

  test("says to a person what could not be taken back", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    writeFileSync(user.box.path(".env"), "MINE=1");
    const { status, stderr } = await user.run(["revoke", "--all"]);
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/Not taken back: file \S+\.env \(it was changed/),
    ]);
  });

  test("of one client leaves the others alone", async () => {
    const user = newUser();
    for (const client of ["one", "two"]) await user.asAlice(["unlock", "--client", client]);
    expect((await user.answer(["revoke", "--client", "one"])).result.ended).toHaveLength(1);
    const { leases } = (await user.answer(["status"])).result;
    expect(leases).toMatchObject([{ client: "two" }]);
  });

  test("works on the leases of all stores", async () => {
    const user = newUser();
    const other = leaseUser();
    await user.asAlice(["unlock"]);
    await other.asAlice(["unlock"], user.directories);
    expect((await user.answer(["revoke", "--all"])).result.ended).toHaveLength(2);
  });

  test("exits with 1 when a file was changed since, and reports it", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    writeFileSync(user.box.path(".env"), "mine");
    const answer = await user.answer(["revoke", "--all"]);
    expect(answer).toMatchObject({ ok: false, error: { code: "not_ended" } });
    expect(answer.result.failed).toMatchObject([{ kind: "file", what: user.box.path(".env") }]);
    expect(readFileSync(user.box.path(".env"), "utf8")).toBe("mine");
    rmSync(user.box.path(".env"));
  });

  test("needs to be given what to take back, and one thing that is there", async () => {
    const user = newUser();
    expect((await user.answer(["revoke"])).error.code).toBe("usage");
    expect((await user.answer(["revoke", "--all", "--client", "a"])).error.code).toBe("usage");
    expect((await user.answer(["revoke", "0123456789abcdef"])).error.code).toBe("no_lease");
  });
});

describe("a file that was written under a lease", () => {
  test("is removed when the lease ends", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["unlock", "dev"]);
    await user.run(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    expect(existsSync(user.box.path(".env"))).toBe(true);
    await user.run(["lock"]);
    await until(() => !existsSync(user.box.path(".env")));
  });

  test("stays when the lease is killed, until `cleanup --expired`", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["unlock", "dev"]);
    await user.run(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    const [lease] = (await user.answer(["status"])).result.leases;
    process.kill(lease.pid, "SIGKILL");
    await until(() => !isAlive(lease.pid));
    const path = user.box.path(".env");
    const planned = (await user.answer(["cleanup", "--expired", "--dry-run"])).result;
    expect(planned.removed).toContain(path);
    expect(existsSync(path)).toBe(true);
    expect((await user.answer(["cleanup", "--expired"])).result.removed).toContain(path);
    expect(existsSync(path)).toBe(false);
  });
});

describe("`exec`", () => {
  const credentials = ["--domain", "dev", "--uppercase", "-u", ALICE.name, "--passphrase-file", "alice.pw"];

  test.each([
    ["by itself", []],
    ["with --redact", ["--redact"]],
  ])(
    "--ttl ends a program and its children that ignore SIGTERM, %s, with exit status 124",
    async (_, options) => {
      const user = newUser();
      const script = `trap "" TERM; (trap "" TERM; sleep 600) & echo $! > child; sleep 600`;
      const args = [
        "exec",
        ...credentials,
        ...options,
        "--ttl",
        "3s",
        "--grace",
        "1s",
        "--",
        "sh",
        "-c",
        script,
      ];
      const { status, stderr } = await user.run(args);
      expect(status).toBe(124);
      expect(stderr).toContain("pprotect: sh was ended: its time (3s) was over");
      // On a slow machine it may not have come so far.
      const child = existsSync(user.box.path("child")) ? readFileSync(user.box.path("child"), "utf8") : "";
      expect(isAlive(Number(child))).toBe(false);
      expect(user.log().at(-1)).toMatchObject({ action: "program_ended", result: "deadline", program: "sh" });
    },
  );

  test("--ttl ends what a program leaves running when it ends by itself, and keeps its exit status", async () => {
    const user = newUser();
    const script = "setsid sleep 60 </dev/null >/dev/null 2>&1 & echo $! > child; exit 5";
    const args = ["exec", ...credentials, "--ttl", "1m", "--grace", "1s", "--", "sh", "-c", script];
    const { status, stderr } = await user.run(args);
    expect(status).toBe(5);
    expect(stderr).toContain("pprotect: what sh left running was ended");
    expect(isAlive(Number(readFileSync(user.box.path("child"), "utf8")))).toBe(false);
  });

  test("--ttl leaves the exit status and the output of a program that ends before", async () => {
    const user = newUser();
    const args = [
      "exec",
      ...credentials,
      "--ttl=1m",
      "--",
      "sh",
      "-c",
      "printenv API_KEY; exit 5",
      "--ttl",
      "1s",
    ];
    const { status, stdout } = await user.run(args);
    expect([status, stdout]).toEqual([5, "dev-api-key\n"]);
  });

  test("--while ends the program when the command fails, and each failure is in the log", async () => {
    const user = newUser();
    writeFileSync(user.box.path("go"), "");
    const script = "rm go; sleep 600";
    const beat = 'test -z "$(printenv API_KEY)$PPROTECT_LEASE" && test -e go';
    const heartbeat = ["--while", beat, "--every", "1s", "--misses", "2"];
    const { status } = await user.run(["exec", ...credentials, ...heartbeat, "--", "sh", "-c", script]);
    expect(status).toBe(124);
    const entries = user.log().map(({ action, result }) => [action, result]);
    expect(entries.slice(-3)).toEqual([
      ["heartbeat_missed", "1"],
      ["heartbeat_missed", "2"],
      ["program_ended", "heartbeat"],
    ]);
  });

  test.each([
    [["--grace", "1s"], "--grace needs --ttl or --while"],
    [["--every", "1s"], "--every and --misses need --while"],
    [["--while", "true", "--misses", "0"], "--misses"],
    [["--ttl", "1"], "--ttl"],
  ])("refuses %j", async (options, message) => {
    const user = newUser();
    const { status, stderr } = await user.run(["exec", ...credentials, ...options, "--", "true"]);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe("PPROTECT_NO_PLAINTEXT", () => {
  test("is off when it is empty or 0, and on for anything else", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    const args = ["lease", "dev/api-key"];
    for (const value of ["", "0"])
      expect((await user.run(args, { PPROTECT_NO_PLAINTEXT: value })).stdout).toBe("dev-api-key");
    expect((await user.run(args, { PPROTECT_NO_PLAINTEXT: "yes" })).status).toBe(1);
  });
});
