import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LeaseUser, leaseUsers } from "../../support/lease-cli.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";
import { until } from "../../support/until.ts";

afterAll(removeFolders);

const newUser = leaseUsers();

const isLocked = async (user: LeaseUser): Promise<boolean> =>
  (await user.answer(["status"])).result.active_leases === 0;

describe("`unlock --while`", () => {
  test("ends the lease when the command fails as often as it may, and each failure is in the log", async () => {
    const user = newUser();
    user.box.write("go", "");
    const terms = ["--while", "test -e go", "--every", "0.1s", "--misses", "2", "--client", "agent"];
    const { stdout } = await user.asAlice(["unlock", "--json", "dev", ...terms]);
    expect(JSON.parse(stdout).result.heartbeat).toEqual({ command: "test -e go", every: "0s", misses: 2 });
    expect((await user.run(["status"])).stdout).toContain("while `test -e go` succeeds");
    await Bun.sleep(400);
    expect((await user.run(["get", "dev/api-key"])).stdout).toBe("dev-api-key");
    rmSync(user.box.path("go"));
    await until(() => isLocked(user));
    await until(() => user.log().at(-1)?.action === "lease_ended");
    expect(user.log().slice(-3)).toMatchObject([
      { action: "heartbeat_missed", result: "1", client: "agent" },
      { action: "heartbeat_missed", result: "2", client: "agent" },
      { action: "lease_ended", result: "heartbeat", client: "agent" },
    ]);
  });

  test("runs the command where unlock ran, without credentials, and not when the lease has ended", async () => {
    const user = newUser();
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase, MINE: "kept" };
    const command = "env > seen; echo $$ > pid; exec sleep 600";
    await user.run(["unlock", "--while", command], env);
    await until(() => existsSync(user.box.path("pid")));
    const seen = readFileSync(user.box.path("seen"), "utf8");
    expect(seen).toContain("MINE=kept");
    expect(seen).not.toMatch(/PPROTECT_|alice-pw/);
    await user.run(["lock"]);
    const pid = readFileSync(user.box.path("pid"), "utf8").trim();
    await until(() => !existsSync(`/proc/${pid}`));
  });

  test("ends the lease when its directory is gone", async () => {
    const user = newUser();
    await user.shell(
      `mkdir gone; cd gone; pprotect unlock --file ../protected.yaml -u ${ALICE.name} --passphrase-file ../alice.pw \
        --while true --every 0.1s --misses 1; cd ..; rmdir gone`,
    );
    await until(() => isLocked(user));
  });

  test.each([
    [["--every", "5s"], "--every and --misses need --while"],
    [["--while", ""], "--while needs a command"],
    [["--while", "true", "--misses", "0"], "--misses"],
    [["--while", "true", "--every", "soon"], "--every"],
  ])("refuses %j before a passphrase is needed", async (options, message) => {
    const { status, stderr } = await newUser().run(["unlock", ...options]);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe("`lease grant`", () => {
  test("is `unlock`, in the log and its answer too", async () => {
    const user = newUser();
    const args = ["lease", "grant", "dev", "--json", "-u", ALICE.name, "--passphrase-file", user.box.alice];
    const { status, stdout } = await user.run(args);
    expect([status, JSON.parse(stdout).command]).toEqual([0, "unlock"]);
    expect(user.log().at(-1)?.action).toBe("unlock");
    expect((await user.run(["--json", "get", "dev/api-key"])).stdout).toContain("dev-api-key");
  });

  test("has its help and refuses what it refuses", async () => {
    const user = newUser();
    const help = (await user.run(["help", "unlock"])).stdout;
    expect((await user.run(["lease", "grant", "--help"])).stdout).toBe(help);
    expect((await user.run(["help", "lease", "grant"])).stdout).toBe(help);
    expect((await user.run(["lease", "grant", "nowhere"])).stderr).toContain('no domain "nowhere"');
    expect((await user.run(["get", "lease", "grant"])).stderr).toContain('no domain "lease"');
  });
});

describe("`get --ttl`", () => {
  test("gives a value to a client as `lease` does", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    const args = ["dev/api-key", "--ttl", "30m", "--client-id", "agent-7"];
    const [got, lent] = [await user.answer(["get", ...args]), await user.answer(["lease", ...args])];
    for (const { result } of [got, lent])
      expect(result).toMatchObject({ value: "dev-api-key", ttl: "30m", client_id: "agent-7" });
    const { shown } = (await user.answer(["status"])).result;
    expect(shown).toMatchObject([
      { id: got.result.lease_id, secret: "api-key", client: "agent-7" },
      { id: lent.result.lease_id, secret: "api-key", client: "agent-7" },
    ]);
    expect((await user.run(["get", ...args])).stdout).toBe("dev-api-key");
    expect((await user.answer(["revoke", got.result.lease_id])).result.shown).toHaveLength(1);
  });

  test.each([
    ["--client-id without it", ["--client-id", "a"]],
    ["--rev", ["--ttl", "1h", "--rev", "HEAD"]],
    ["more than leases may last", ["--ttl", "25h"]],
  ])("refuses %s", async (_, options) => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    const { status, stdout } = await user.run(["get", "dev/api-key", ...options]);
    expect([status, stdout]).toEqual([1, ""]);
    expect((await user.answer(["status"])).result.shown).toEqual([]);
  });
});

describe("the ttl and client_id of a manifest", () => {
  const manifest = (ttl: string) =>
    JSON.stringify({ domain: "dev", client_id: "app", secrets: [{ name: "api-key", env_var: "KEY", ttl }] });

  test("bound a file, which `cleanup --expired` removes, and not a program", async () => {
    const user = newUser();
    user.box.write(".secrets.json", manifest("0.2s"));
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["env", "--out", ".env"]);
    expect((await user.answer(["status"])).result.files).toMatchObject([{ client: "app" }]);
    const { status } = await user.asAlice(["exec", "--", "sleep", "0.5"]);
    expect(status).toBe(0);
    expect(user.log().at(-1)).toMatchObject({ action: "exec", client: "app" });
    expect((await user.answer(["cleanup", "--expired"])).result.removed).toEqual([user.box.path(".env")]);
  });

  test("are noted of values that are printed", async () => {
    const user = newUser();
    user.box.write(".secrets.json", manifest("1h"));
    expect((await user.asAlice(["env"])).stdout).toBe("KEY=dev-api-key\n");
    expect((await user.answer(["status"])).result.shown).toMatchObject([
      { secret: "api-key", client: "app" },
    ]);
  });
});

describe("`revoke --wipe`", () => {
  test("also forgets what was handed out, but for accepted keys and the access log", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["unlock"]);
    await user.run(["lease", "dev/api-key"]);
    await user.asAlice(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    const { result } = await user.answer(["revoke", "--all", "--wipe"]);
    expect(result).toMatchObject({ failed: [], shown: [{ secret: "api-key" }] });
    expect(result.wiped).toHaveLength(2);
    expect(existsSync(user.box.path(".env"))).toBe(false);
    const state = join(user.directories.XDG_STATE_HOME, "pprotect");
    expect(readdirSync(state).toSorted()).toEqual(["access.jsonl", "pins"]);
    expect((await user.answer(["status"])).result.shown).toEqual([]);
    expect((await user.answer(["audit", "--verify"])).result.breaks).toEqual([]);
  });

  test("forgets nothing when something could not be taken back", async () => {
    const user = newUser();
    await user.shell("git init -q . && echo .env > .gitignore");
    await user.asAlice(["env", "--domain", "dev", "--only", "api-key", "--uppercase", "--out", ".env"]);
    await user.asAlice(["lease", "dev/api-key"]);
    writeFileSync(user.box.path(".env"), "MINE=1");
    const answer = await user.answer(["revoke", "--all", "--wipe"]);
    expect(answer).toMatchObject({ ok: false, result: { wiped: [], failed: [{ kind: "file" }] } });
    expect((await user.answer(["status"])).result.shown).toHaveLength(1);
    expect((await user.run(["revoke", "--client", "x", "--wipe"])).stderr).toContain("--wipe requires --all");
  });
});

describe("`audit`", () => {
  test("--client has what was read under a lease of the client, whatever it calls itself then", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "--client", "agent"]);
    await user.run(["lease", "dev/api-key", "--client", "another-client"]);
    const { entries } = (await user.answer(["audit", "--client-id", "agent"])).result;
    expect(entries.map(({ action }: { action: string }) => action)).toEqual(["unlock", "lease"]);
  });

  test("--secret has what was done to all of its domain", async () => {
    const user = newUser();
    await user.asAlice(["rotate-domain-keys", "dev"]);
    expect((await user.answer(["audit", "--secret", "dev/api-key"])).result.entries).toHaveLength(1);
    expect((await user.answer(["audit", "--secret", "prod/token"])).result.entries).toEqual([]);
  });
});

test("leases, given values and clients are completed for what takes them", async () => {
  const user = newUser();
  const { stdout } = await user.asAlice(["unlock", "--json", "--client", "agent-7"]);
  const { lease } = JSON.parse(stdout).result;
  const given = (await user.answer(["lease", "dev/api-key", "--client-id", "agent-8"])).result.lease_id;
  const offers = async (...words: readonly string[]): Promise<string[]> => {
    const question = [String(words.length), "pprotect", ...words].map((field) => `${field}\0`).join("");
    return (await user.run(["__complete", "zsh"], {}, question)).stdout.split("\n").slice(1, -1);
  };
  expect(await offers("lock", "")).toEqual([lease]);
  expect((await offers("revoke", "")).toSorted()).toEqual([lease, given].toSorted());
  for (const command of ["lock", "revoke", "audit"])
    expect(await offers(command, "--client", "")).toEqual(["agent-7", "agent-8"]);
  expect(await offers("lease", "grant", "")).toEqual(["dev", "prod"]);
});
