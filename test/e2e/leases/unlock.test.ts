import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../../support/binary.ts";
import { leaseUsers } from "../../support/lease-cli.ts";
import { cleanEnvironment } from "../../support/run.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, BOB } from "../../support/stores.ts";
import { until } from "../../support/until.ts";

afterAll(removeFolders);

const newUser = leaseUsers();

const READERS = [
  ["exec", ["exec", "--domain", "dev", "--uppercase", "--", "printenv", "API_KEY"], "dev-api-key\n"],
  ["decrypt-domain", ["decrypt-domain", "dev", "--secret", "api-key"], "dev-api-key"],
  ["get", ["get", "dev/api-key"], "dev-api-key"],
  [
    "export",
    ["export", "dev", "--only", "api-key", "--format", "json"],
    '{\n  "api-key": "dev-api-key"\n}\n',
  ],
  ["env", ["env", "--domain", "dev", "--only", "api-key", "--uppercase"], "API_KEY=dev-api-key\n"],
] as const;

describe("after `unlock`", () => {
  test.each(READERS)("`%s` needs no passphrase", async (_, args, output) => {
    const user = newUser();
    expect((await user.asAlice(["unlock", "dev"])).status).toBe(0);
    const { status, stdout, stderr } = await user.run(args);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: output, stderr: "" });
  });

  test("nor do `inject` and `redact`", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    expect((await user.run(["inject", "-"], {}, "{{prod/token}}")).stdout).toBe("prod-token");
    expect((await user.run(["redact", "--domain", "prod"], {}, "a prod-token b")).stdout).toBe(
      "a [REDACTED:token] b",
    );
  });

  test("what it does not cover is still asked for", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev"]);
    const answer = await user.answer(["decrypt-domain", "prod", "--non-interactive"]);
    expect(answer.error.code).toBe("missing_credentials");
    const limited = newUser();
    await limited.asAlice(["unlock", "dev", "--only", "api-*"]);
    const refused = await limited.run(["decrypt-domain", "dev", "--non-interactive"]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('does not cover secret "db-password"');
  });

  test("a passphrase that is given comes first, and a wrong one fails", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev"]);
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: "wrong" };
    const answer = await user.answer(["decrypt-domain", "dev"], env);
    expect(answer.error.code).toBe("wrong_credentials");
    expect(user.log().at(-1)).toMatchObject({ action: "decrypt-domain", result: "wrong_credentials" });
  });

  test("another user that is named does not get what alice unlocked", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev"]);
    const args = ["decrypt-domain", "dev", "--non-interactive"];
    expect((await user.answer(args, { PPROTECT_USER: BOB.name })).error.code).toBe("missing_credentials");
    expect((await user.answer(args, { PPROTECT_USER: ALICE.name })).ok).toBe(true);
  });

  test("`lock` ends it; `lock` in another store does not", async () => {
    const user = newUser();
    const { lease } = (await user.answer(["unlock", "-u", ALICE.name, "--passphrase-file", user.box.alice]))
      .result;
    const other = newUser();
    const { stdout } = await other.run(["lock", "--json"], user.directories);
    expect(JSON.parse(stdout).result.ended).toEqual([]);
    expect((await user.answer(["lock"])).result.ended).toEqual([lease]);
    expect((await user.run(["decrypt-domain", "dev", "--non-interactive"])).status).toBe(1);
    expect((await user.answer(["lock", lease])).error.code).toBe("no_lease");
  });

  test("a rotation of the keys ends its use, and is named", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev"]);
    await user.asAlice(["rotate-domain-keys", "dev"]);
    const { status, stderr } = await user.run(["decrypt-domain", "dev", "--non-interactive"]);
    expect(status).toBe(1);
    expect(stderr).toContain("the key was rotated or replaced since");
  });

  test("a lease of dev opens nothing of prod when the names of the domains are exchanged", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev"]);
    const { data } = user.box.read();
    const [dev, prod] = [data.domains.get("dev"), data.domains.get("prod")];
    const { KeyFile } = await import("../../../src/store/key-file.ts");
    if (!dev || !prod) throw new Error("no domains");
    const domains = new Map([
      ["dev", prod],
      ["prod", dev],
    ]);
    writeFileSync(user.box.store, KeyFile.from({ ...data, domains }).toString());
    const { status, stdout } = await user.run(["decrypt-domain", "dev", "--non-interactive"]);
    expect([status, stdout]).toEqual([1, ""]);
  });

  test("many clients at once use it no more often than --uses allows", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev", "--uses", "3"]);
    const all = Array.from({ length: 12 }, () => user.run(["get", "dev/api-key", "--non-interactive"]));
    const got = (await Promise.all(all)).map(({ stdout }) => stdout).filter((value) => value !== "");
    expect(got).toEqual(["dev-api-key", "dev-api-key", "dev-api-key"]);
  });

  test("limited to names, opens no value that was put under one of them, before or after", async () => {
    const user = newUser();
    const text = readFileSync(user.box.store, "utf8");
    const box = (name: string): string => new RegExp(`secret-${name}: (\\S+)`).exec(text)?.[1] ?? "";
    const copied = text.replace(box("api-key"), box("db-password"));
    await user.asAlice(["unlock", "dev", "--only", "api-*"]);
    user.box.write("protected.yaml", copied);
    const { stdout, stderr } = await user.run(["get", "dev/api-key", "--non-interactive"]);
    expect([stdout, stderr]).toEqual(["", expect.stringContaining("was changed since the lease")]);
    const refused = await user.asAlice(["unlock", "dev", "--only", "api-*"]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('of "db-password"')]);
  });

  test("it can be used as often as --uses allows", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev", "--uses", "1"]);
    const args = ["decrypt-domain", "dev", "--secret", "api-key", "--non-interactive"];
    expect((await user.run(args)).stdout).toBe("dev-api-key");
    expect((await user.run(args)).status).toBe(1);
  });

  test("the longest time and what is not a time are refused before a passphrase is needed", async () => {
    const user = newUser();
    const env = { PPROTECT_MAX_TTL: "1h" };
    expect((await user.asAlice(["unlock", "--ttl", "2h"], env)).stderr).toContain(
      "2h is longer than a lease may last (1h)",
    );
    expect((await user.run(["unlock", "--ttl", "soon"])).stderr).toContain("--ttl");
    expect((await user.run(["unlock", "--uses", "0"])).stderr).toContain("--uses");
  });

  test("an empty name of a client is refused", async () => {
    const answer = await newUser().answer(["unlock", "--client", "", "--non-interactive"]);
    expect(answer.error.code).toBe("usage");
  });

  test("PPROTECT_MAX_TTL bounds it, a value that is given to a client, and what both last by default", async () => {
    const user = newUser();
    const env = { PPROTECT_MAX_TTL: "30m" };
    const { stdout } = await user.asAlice(["unlock", "--json"], env);
    expect(JSON.parse(stdout).result.ttl).toBe("30m");
    expect((await user.answer(["lease", "dev/api-key"], env)).result.ttl).toBe("30m");
    for (const args of [
      ["unlock", "--ttl", "31m"],
      ["lease", "dev/api-key", "--ttl", "31m"],
      ["get", "dev/api-key", "--ttl", "31m"],
    ])
      expect(await user.asAlice(args, env)).toMatchObject({ status: 1, stdout: "" });
    await user.shell("git init -q . && git config pprotect.ttl 31m");
    expect((await user.asAlice(["unlock"], env)).stderr).toContain(
      "31m is longer than a lease may last (30m)",
    );
    for (const wrong of ["0", "soon", "-1h"])
      expect((await user.asAlice(["unlock"], { PPROTECT_MAX_TTL: wrong })).stderr).toContain(
        "PPROTECT_MAX_TTL",
      );
  });

  test("`git config pprotect.ttl` is how long it lasts by default", async () => {
    const user = newUser();
    await user.shell("git init -q . && git config pprotect.ttl 20m");
    const { result } = await user.answer(["unlock", "-u", ALICE.name, "--passphrase-file", user.box.alice]);
    expect(result.ttl).toBe("20m");
  });
});

describe("a program after `--`", () => {
  test("uses the lease, and what it starts under `exec` has neither its token nor credentials", async () => {
    const user = newUser();
    const script =
      "printenv PPROTECT_LEASE PPROTECT_PASSPHRASE; pprotect exec --domain dev -- printenv api-key PPROTECT_LEASE";
    const line = `pprotect unlock dev -u ${ALICE.name} --client agent -- sh -c '${script.replaceAll("pprotect ", '"$0" ')}' ${JSON.stringify(binary())}`;
    const { stdout } = await user.shell(line, { PPROTECT_PASSPHRASE: ALICE.passphrase });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^[\w-]{22}$/);
    expect(lines[1]).toBe("dev-api-key");
    expect(
      user
        .log()
        .map(({ action, client }) => [action, client])
        .slice(0, 2),
    ).toEqual([
      ["unlock", "agent"],
      ["exec", "agent"],
    ]);
  });

  test("has its exit status, and the lease ends with it", async () => {
    const user = newUser();
    const { status } = await user.asAlice(["unlock", "dev", "--", "sh", "-c", "exit 7"]);
    expect(status).toBe(7);
    await until(async () => (await user.answer(["status"])).result.active_leases === 0);
  });

  test("fails when its lease has ended, though the user has another", async () => {
    const user = newUser();
    await user.asAlice(["unlock"]);
    const script = `"$0" lock --client agent; "$0" decrypt-domain dev --secret api-key; echo $?`;

    const { stdout, stderr } = await user.asAlice([
      "unlock",
      "--client",
      "agent",
      "--",
      "sh",
      "-c",
      script,
      binary(),
    ]);
    expect(stdout).toBe("1\n");
    expect(stderr).toMatch(/pprotect: the lease [0-9a-f]{16} has ended/);
    expect(stderr).toContain("hint: start the program again with a new lease: `pprotect unlock -- PROGRAM`");
  });

  test("may not pass its token on with --keep", async () => {
    const user = newUser();
    const args = ["exec", "--domain", "dev", "--no-passthrough", "--keep", "PPROTECT_LEASE", "--", "env"];
    const { status, stdout } = await user.asAlice(args, { PPROTECT_LEASE: "x" });
    expect([status, stdout]).toEqual([1, ""]);
  });
});

describe("the access log", () => {
  test("has each read with names, custodian, client, program and lease, and no value", async () => {
    const user = newUser();
    await user.asAlice(["unlock", "dev", "--client", "agent", "--reason", "a test"]);
    await user.run(["exec", "--domain", "dev", "--only", "api-key", "--", "true"]);
    await user.asAlice(["decrypt-domain", "prod"]);
    await user.asAlice(["check"]);
    const entries = user.log();
    expect(entries.map(({ action, result }) => [action, result])).toEqual([
      ["unlock", "ok"],
      ["exec", "ok"],
      ["decrypt-domain", "ok"],
      ["check", "ok"],
    ]);
    const store = user.box.store;
    expect(entries[1]).toMatchObject({
      domains: [{ store, domain: "dev", secrets: ["api-key"] }],
      custodian: ALICE.name,
      client: "agent",
      program: "true",
      lease: entries[0]?.lease,
    });
    expect(entries[2]).toMatchObject({
      domains: [{ domain: "prod", secrets: ["token"] }],
      custodian: ALICE.name,
    });
    expect(JSON.stringify(entries)).not.toMatch(/dev-api-key|prod-token|alice-pw/);
  });

  test("has what is opened to be compared, moved or sealed again", async () => {
    const user = newUser();
    await user.asAlice(["diff", "dev", "prod"]);
    await user.asAlice(["copy-secret", "dev/api-key", "prod"]);
    await user.asAlice(["rename-secret", "dev/api-key", "other-key"]);
    await user.asAlice(["rotate-domain-keys", "dev"]);
    expect(user.log().map(({ action, domains }) => [action, domains?.[0]?.domain])).toEqual([
      ["diff", "dev"],
      ["copy-secret", "dev"],
      ["rename-secret", "dev"],
      ["rotate-domain-keys", "dev"],
    ]);
  });

  test("is shown by `audit`, filtered and in part", async () => {
    const user = newUser();
    await user.asAlice(["decrypt-domain", "dev", "--secret", "api-key"]);
    await user.asAlice(["decrypt-domain", "prod"]);
    const all = (await user.answer(["audit"])).result.entries;
    expect(all).toHaveLength(2);
    expect((await user.answer(["audit", "--tail", "1"])).result.entries).toEqual([all[1]]);
    expect((await user.answer(["audit", "--secret", "dev/api-key"])).result.entries).toEqual([all[0]]);
    expect((await user.answer(["audit", "--client", "nobody"])).result.entries).toEqual([]);
    expect((await user.answer(["audit", "--since", "1h"])).result.entries).toEqual(all);
    expect((await user.answer(["audit", "--since", "2200-01-01"])).result.entries).toEqual([]);
    expect((await user.run(["audit"])).stdout).toContain("prod/token");
  });

  test("shows with --verify that an entry was changed, and exits with 1", async () => {
    const user = newUser();
    for (const name of ["dev", "prod", "dev"]) await user.asAlice(["decrypt-domain", name]);
    expect((await user.answer(["audit", "--verify"])).result).toMatchObject({ entries: 3, breaks: [] });
    const path = join(user.directories.XDG_STATE_HOME, "pprotect/access.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").replace('"prod"', '"test"'));
    const answer = await user.answer(["audit", "--verify"]);
    expect(answer).toMatchObject({
      ok: false,
      error: { code: "findings" },
      result: { breaks: [{ line: 3 }] },
    });
  });

  test("goes on with --follow", async () => {
    const user = newUser();
    await user.asAlice(["decrypt-domain", "dev", "--secret", "api-key"]);
    const child = Bun.spawn([binary(), "audit", "--follow"], {
      cwd: user.box.folder,
      env: cleanEnvironment(user.box.folder, user.directories),
      stdio: ["ignore", "pipe", "ignore"],
    });
    const reader = child.stdout.getReader();
    let shown = "";
    const shows = async (text: string): Promise<void> => {
      while (!shown.includes(text)) shown += Buffer.from((await reader.read()).value ?? []).toString();
    };
    await shows("dev/api-key");
    await user.asAlice(["decrypt-domain", "prod"]);
    await shows("prod/token");
    child.kill();
  });

  test("where it cannot be written, is a warning", async () => {
    const user = newUser();
    const env = { XDG_STATE_HOME: "/dev/null" };
    const { status, stdout, stderr } = await user.asAlice(
      ["decrypt-domain", "prod", "--secret", "token"],
      env,
    );
    expect([status, stdout]).toEqual([0, "prod-token"]);
    expect(stderr).toContain("pprotect: warning: the access log was not written");
  });

  test.each([
    ["decrypt-domain", ["decrypt-domain", "prod"]],
    ["exec", ["exec", "--domain", "prod", "--", "echo", "ran"]],
    ["lease", ["lease", "prod/token"]],
    ["unlock", ["unlock", "prod"]],
  ])("where it is required and cannot be written, `%s` does nothing", async (_, args) => {
    const user = newUser();
    const env = { XDG_STATE_HOME: "/dev/null", PPROTECT_AUDIT: "required" };
    const { status, stdout } = await user.asAlice(args, env);
    expect([status, stdout]).toEqual([1, ""]);
    expect((await user.run(["status", "--json"])).stdout).toContain('"active_leases":0');
    const misspelt = await user.asAlice(args, { PPROTECT_AUDIT: "require" });
    expect([misspelt.status, misspelt.stdout]).toEqual([1, ""]);
  });
});
