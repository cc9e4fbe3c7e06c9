import { afterAll, describe, expect, test } from "bun:test";
import { KeyFile } from "../../src/store/key-file.ts";
import { findDomain } from "../../src/store/lookup.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { pprotect, type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, NOW, sampleStore, secretsOf, storeOfDomains, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const AS_BOB = { PPROTECT_USER: BOB.name, PPROTECT_PASSPHRASE: BOB.passphrase };

function run(
  box: Sandbox,
  line: string,
  env: Record<string, string> = AS_ALICE,
  input = "",
): Promise<Result> {
  return pprotect([...line.split(" "), "--non-interactive"], { cwd: box.folder, env, input });
}

/** A sandbox whose store is committed. */
async function committed(text = sampleStore().toString()): Promise<Sandbox> {
  const box = sandbox(text);
  await git(box, "init", "-q", "-b", "main");
  await commit(box);
  return box;
}

async function git(box: Sandbox, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runProgram(["git", ...args], {
    cwd: box.folder,
    env: GIT_IDENTITY,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

async function commit(box: Sandbox): Promise<void> {
  await git(box, "add", "protected.yaml");
  await git(box, "commit", "-q", "--allow-empty", "-m", "store");
}

/** The guard finds nothing, not even a change without an entry of the audit log. */
async function expectAccepted(box: Sandbox): Promise<void> {
  await commit(box);
  const { status, stdout, stderr } = await run(box, "git check HEAD~1..HEAD");
  expect([status, stdout, stderr]).toEqual([0, "", "pprotect: 1 commit checked, 0 findings\n"]);
}

/** The last entries of the audit log without their times, and without the signatures beside them. */
function lastEntries(box: Sandbox, count: number): string[] {
  return box
    .read()
    .data.auditLog.map((entry) => entry.replace(/^\S+ -- /, ""))
    .filter((entry) => !entry.startsWith("signed "))
    .slice(-count);
}

describe("DOMAIN/SECRET and DOMAIN SECRET are the same", () => {
  test.each(["get prod/token", "get prod token", "get --domain prod token", "get token --domain=prod"])(
    "%s",
    async (line) => {
      expect(await run(sandbox(), line)).toMatchObject({ status: 0, stdout: "prod-token", stderr: "" });
    },
  );

  test.each([
    "add-secret dev/new",
    "add-secret dev new",
    "set-secret dev/new",
    "set-secret --domain dev new",
  ])("%s", async (line) => {
    const box = sandbox();
    expect((await run(box, line, {}, "v")).status).toBe(0);
    expect(secretsOf(box.read(), "dev", ALICE)).toMatchObject({ new: "v" });
  });

  test("update-secret, rm-secret and git history too", async () => {
    const box = await committed();
    expect((await run(box, "update-secret dev/api-key", {}, "v2")).status).toBe(0);
    expect(secretsOf(box.read(), "dev", ALICE)).toMatchObject({ "api-key": "v2" });
    expect((await run(box, "rm-secret dev/api-key")).status).toBe(0);
    expect(box.read().data.domains.get("dev")?.secrets.has("api-key")).toBe(false);
    await commit(box);
    const { stdout } = await run(box, "git history dev/api-key");
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
    expect(stdout).toBe((await run(box, "git history dev api-key")).stdout);
  });

  test("the last slash splits: the name of a domain may have others", async () => {
    const box = sandbox(storeOfDomains(["team/dev", "team"]));
    expect((await run(box, "get team/dev/api-key")).stdout).toBe("dev-api-key");
    expect((await run(box, "get team/dev api-key")).stdout).toBe("dev-api-key");
  });

  test("a word with a slash alone is never a domain: a stranger could add one of that name", async () => {
    const box = sandbox(storeOfDomains(["prod/db"]));
    const before = box.read().toString();
    const added = await run(box, "add-secret prod/db", {}, "hunter2\nhunter3\n");
    expect(added).toMatchObject({
      status: 1,
      stderr:
        'pprotect: no domain "prod": a name with a slash is DOMAIN/SECRET\n' +
        'hint: for domain "prod/db", use --domain, or name the secret too\n',
    });
    expect(box.read().toString()).toBe(before);
  });
});

describe("get", () => {
  test.each(["", "plain", "line\n", "\n\n", "tab\there", "é漢🎲", "x".repeat(100_000), "\u0000\u0001"])(
    "prints %j to the byte",
    async (value) => {
      const box = sandbox(sampleStore().setSecret("dev", "v", value).toString());
      expect((await run(box, "get dev/v")).bytes).toEqual(new TextEncoder().encode(value));
    },
  );

  test("checks the names before the passphrase", async () => {
    const result = await run(sandbox(), "get prod/tokn", {
      PPROTECT_USER: ALICE.name,
      PPROTECT_PASSPHRASE: "no",
    });
    expect(result.stderr).toBe('pprotect: no secret "tokn" in domain "prod"\nhint: did you mean "token"?\n');
  });

  test("prints nothing but the error to a user who is not an owner", async () => {
    expect(await run(sandbox(), "get prod/token", AS_BOB)).toMatchObject({ status: 1, stdout: "" });
  });

  test("--rev takes the value of an earlier commit, of a secret that is gone, and of a domain that is gone", async () => {
    const box = await committed();
    await run(box, "update-secret prod/token", {}, "second");
    await commit(box);
    await run(box, "rm-domain prod");
    await commit(box);
    expect((await run(box, "get prod/token --rev HEAD~1")).stdout).toBe("second");
    expect((await run(box, "get prod/token --rev=HEAD~2")).stdout).toBe("prod-token");
    const id = (await git(box, "rev-parse", "--short", "HEAD~2")).trim();
    expect((await run(box, `get prod token --rev ${id}`)).stdout).toBe("prod-token");
    expect((await run(box, "get prod/token --rev HEAD")).stderr).toContain('no domain "prod"');
  });

  test("--rev reads a store in a directory whose name has blanks, and one that was removed since", async () => {
    const box = await committed();
    await git(box, "rm", "-q", "--cached", "protected.yaml");
    const moved = box.path("my stores");
    await runProgram(["mkdir", moved], { cwd: box.folder });
    await runProgram(["mv", "protected.yaml", `${moved}/a b.yaml`], { cwd: box.folder });
    await git(box, "add", "my stores");
    await git(box, "commit", "-q", "-m", "moved");
    await runProgram(["rm", "-r", moved], { cwd: box.folder });
    const args = ["get", "prod/token", "--file", "my stores/a b.yaml", "--rev", "HEAD"];
    expect(await pprotect(args, { cwd: box.folder, env: AS_ALICE })).toMatchObject({ stdout: "prod-token" });
    const missing = await pprotect([...args.slice(0, -1), "HEAD~1"], { cwd: box.folder, env: AS_ALICE });
    expect(missing).toMatchObject({ status: 2, stdout: "" });
    expect(missing.stderr).toContain("no store at my stores/a b.yaml in HEAD~1");
  });

  test.each(["nonsense", "--output=/tmp/x", "HEAD:protected.yaml", "HEAD\nHEAD", "", "HEAD^{tree}"])(
    "--rev %j is not a commit",
    async (rev) => {
      const box = await committed();
      const result = await pprotect(["get", "prod/token", `--rev=${rev}`], {
        cwd: box.folder,
        env: AS_ALICE,
      });
      expect(result).toMatchObject({ status: 1, stdout: "" });
      expect(result.stderr).toMatch(/is not a commit of this repository|needs a value/);
    },
  );

  const JSON_VALUE =
    '{"db":{"hosts":["a","b\\n"],"port":1.10,"on":true,"none":null},"x.y":"dot","x":"1","x":"2"}';

  test.each([
    ["db.hosts.1", "b\n"],
    ["db.port", "1.10"],
    ["db.on", "true"],
    ["db.none", "null"],
    ["db.hosts", '["a","b\\n"]'],
    ["x\\.y", "dot"],
    ["x", "2"],
  ])("--field %s is %j", async (field, value) => {
    const box = sandbox(sampleStore().setSecret("dev", "v", JSON_VALUE).toString());
    expect((await run(box, `get dev/v --field ${field}`)).stdout).toBe(value);
  });

  test.each([
    [JSON_VALUE, "db.password", 'secret "v" has no field "db.password"'],
    [JSON_VALUE, "db.hosts.01", "has no field"],
    [JSON_VALUE, "__proto__", "has no field"],
    ["hunter2", "db", 'secret "v" is not JSON'],
    ["[".repeat(200_000), "0", "is not JSON"],
  ])("%.20s --field %s: an error without the value", async (value, field, message) => {
    const box = sandbox(sampleStore().setSecret("dev", "v", value).toString());
    const result = await run(box, `get dev/v --field ${field}`);
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain("hunter2");
  });
});

describe("rename-secret, copy-secret, move-secret", () => {
  test("rename-secret seals the value again under its new name", async () => {
    const box = await committed();
    const sealed = box.read().data.domains.get("prod")?.secrets.get("token");
    const result = await run(box, "rename-secret prod/token api-token");
    expect(result).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "Renamed secret token in prod to api-token.\n",
    });
    expect(secretsOf(box.read(), "prod", ALICE)).toEqual({ "api-token": "prod-token" });
    expect(box.read().data.domains.get("prod")?.secrets.get("api-token")).not.toBe(sealed);
    expect(lastEntries(box, 2)).toEqual(["added secret api-token in prod", "removed secret token from prod"]);
    await expectAccepted(box);
  });

  test("copy-secret keeps the original", async () => {
    const box = await committed();
    expect((await run(box, "copy-secret prod/token dev")).status).toBe(0);
    expect(secretsOf(box.read(), "prod", ALICE)).toEqual({ token: "prod-token" });
    expect(secretsOf(box.read(), "dev", BOB)).toMatchObject({ token: "prod-token" });
    expect(lastEntries(box, 1)).toEqual(["added secret token in dev"]);
    await expectAccepted(box);
  });

  test("move-secret does not, and three words are as good as two", async () => {
    const box = await committed();
    expect((await run(box, "move-secret prod token dev")).status).toBe(0);
    expect(secretsOf(box.read(), "prod", ALICE)).toEqual({});
    expect(secretsOf(box.read(), "dev", BOB)).toMatchObject({ token: "prod-token" });
    expect(lastEntries(box, 2)).toEqual(["added secret token in dev", "removed secret token from prod"]);
    await expectAccepted(box);
  });

  test("an owner of the first domain alone can move a secret", async () => {
    const box = sandbox();
    expect((await run(box, "copy-secret dev/api-key prod", AS_BOB)).status).toBe(0);
    expect(secretsOf(box.read(), "prod", ALICE)).toMatchObject({ "api-key": "dev-api-key" });
    expect((await run(box, "copy-secret prod/token dev", AS_BOB)).stderr).toContain("not an owner");
  });

  test.each([
    ["rename-secret dev/api-key db-password", 'secret "db-password" already exists in domain "dev"'],
    ["rename-secret dev/api-key 1x", "invalid secret name"],
    ["rename-secret dev/api-key prod/api-key", "`pprotect move-secret` moves"],
    ["rename-secret dev/nothing x", 'no secret "nothing"'],
    ["rename-secret dev/api-key db-password", "`pprotect rm-secret dev/db-password` removes it"],
    ["copy-secret dev/api-key dev", "the secret is in that domain already"],
    ["copy-secret dev/api-key nowhere", 'no domain "nowhere"'],
    ["copy-secret dev/api-key dev/api-key", 'no domain "dev/api-key"'],
    ["rename-domain dev prod", 'domain "prod" already exists'],
    ["rename-domain dev meta", "reserved"],
  ])("%s is refused before a passphrase is asked for", async (line, message) => {
    const box = sandbox();
    const before = box.read().toString();
    const result = await run(box, line, { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: "wrong" });
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain(message);
    expect(box.read().toString()).toBe(before);
  });
});

describe("rename-domain", () => {
  test("keeps secrets and owners, with a new key", async () => {
    const box = await committed();
    const before = box.read();
    const result = await run(box, "rename-domain dev development", AS_BOB);
    expect(result).toMatchObject({
      status: 0,
      stderr: "Renamed domain dev to development, with a new key.\n",
    });
    const after = box.read();
    expect([...after.data.domains.keys()]).toEqual(["development", "prod"]);
    for (const creds of [ALICE, BOB])
      expect(secretsOf(after, "development", creds)).toEqual(secretsOf(before, "dev", creds));
    expect(after.data.domains.get("development")?.publicKey).not.toBe(
      before.data.domains.get("dev")?.publicKey,
    );
    expect(lastEntries(box, 5)).toEqual([
      `created domain development with owner ${BOB.name}`,
      `${BOB.name} added owner ${ALICE.name} to development`,
      "added secret api-key in development",
      "added secret db-password in development",
      "deleted domain dev",
    ]);
    await expectAccepted(box);
  });

  test("gives the new key to no owner whom a stranger wrote into the file", async () => {
    const box = sandbox();
    expect((await run(box, "get prod/token")).status).toBe(0);
    const { data } = box.read();
    const [dev, prod] = [findDomain(data, "dev"), findDomain(data, "prod")];
    const planted = {
      ...prod,
      owners: new Map([...prod.owners, [BOB.name, dev.owners.get(BOB.name) ?? ""]]),
    };
    const text = KeyFile.from({ ...data, domains: new Map([...data.domains, ["prod", planted]]) }).toString();
    box.write("protected.yaml", text);
    const refused = await run(box, "rename-domain prod production");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`would go to ${BOB.name}`);
    expect(box.read().toString()).toBe(text);
    const options = { cwd: box.folder, env: AS_ALICE, input: "n\n" };
    const asked = await pprotect(["rename-domain", "prod", "production"], options);
    expect(asked.stderr).toEndWith(`Left out and removed: ${BOB.name}.\n`);
    expect(box.read().domainsOf(BOB.name)).toEqual(["dev"]);
    expect(secretsOf(box.read(), "production", ALICE)).toEqual({ token: "prod-token" });
  });

  test("needs an owner", async () => {
    const result = await run(sandbox(), "rename-domain prod production", AS_BOB);
    expect(result).toMatchObject({ status: 1 });
    expect(result.stderr).toContain(`${BOB.name} is not an owner`);
  });
});

describe("restore-secret", () => {
  test("sets a value of an earlier commit, sealed to the key of today", async () => {
    const box = await committed();
    await run(box, "update-secret prod/token", {}, "spoilt");
    await run(box, "rotate-domain-keys prod");
    await commit(box);
    const restored = (rev: string) => run(box, `restore-secret prod/token --rev ${rev} --json`);
    const result = await restored("HEAD~1");
    const { commit: id } = JSON.parse(result.stdout).result;
    const short = id.slice(0, 7);
    const named = (rev: string) =>
      new RegExp(
        `^Restored secret token in prod from ${rev}${short}[0-9a-f]*[,)( ]+\\d{4}-\\d\\d-\\d\\d\\)\\.\\n$`,
      );
    expect(result.stderr).toMatch(named("HEAD~1 \\("));
    expect((await restored(short)).stderr).toMatch(named(""));
    expect(secretsOf(box.read(), "prod", ALICE)).toEqual({ token: "prod-token" });
    await expectAccepted(box);
  });

  test("brings a removed secret back, with the passphrase of that time", async () => {
    const box = await committed();
    await run(box, "rm-secret prod/token");
    const renewed = box.read().setCustodianPassphrase(unlocked(box.read(), ALICE), "another", "fast", NOW);
    box.write("protected.yaml", renewed.toString());
    await commit(box);
    const wrong = await run(box, "restore-secret prod/token --rev HEAD~1", {
      ...AS_ALICE,
      PPROTECT_PASSPHRASE: "another",
    });
    expect(wrong.stderr).toContain("wrong passphrase");
    expect((await run(box, "restore-secret prod/token --rev HEAD~1")).status).toBe(0);
    expect(box.read().data.domains.get("prod")?.secrets.has("token")).toBe(true);
  });

  test("needs --rev, and a repository", async () => {
    expect((await run(sandbox(), "restore-secret prod/token")).stderr).toContain(
      "restore-secret needs --rev",
    );
    const outside = await run(sandbox(), "restore-secret prod/token --rev HEAD");
    expect(outside.stderr).toContain("is not in a git work tree");
  });
});

describe("diff", () => {
  const store = () =>
    sandbox(
      sampleStore()
        .addSecret("prod", "api-key", "dev-api-key")
        .addSecret("prod", "db-password", "another")
        .addSecret("prod", "copy", 'it\'s "dev" $HOME')
        .toString(),
    );

  test("compares names without credentials", async () => {
    const result = await run(store(), "diff dev prod", {});
    expect(result).toMatchObject({ status: 1, stderr: "" });
    expect(result.stdout).toBe(
      "in both: api-key\nonly in prod: copy\nin both: db-password\nonly in prod: token\n",
    );
  });

  test("compares values with credentials, and shows none", async () => {
    const result = await run(store(), "diff dev prod");
    expect(result).toMatchObject({ status: 1, stderr: "" });
    expect(result.stdout).toBe(
      "equal: api-key\nonly in prod: copy\ndifferent: db-password\nonly in prod: token\n" +
        "same value: dev/db-password, prod/copy\n",
    );
  });

  test("exits with 0 when nothing differs", async () => {
    const box = sandbox(
      sampleStore().addDomain("stage", ALICE.name).addSecret("stage", "token", "x").toString(),
    );
    expect(await run(box, "diff prod stage", {})).toMatchObject({
      status: 0,
      stdout: "in both: token\n",
      stderr: "prod and stage have the same names (give --user to compare values).\n",
    });
    expect((await run(box, "diff prod stage")).status).toBe(1);
  });

  test("with credentials of a user who cannot read one of them is an error", async () => {
    const result = await run(store(), "diff dev prod --json", AS_BOB);
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: false, error: { code: "not_owner" } });
  });
});

describe("who has what", () => {
  test("list-owners, of one domain and of all", async () => {
    expect((await run(sandbox(), "list-owners dev", {})).stdout).toBe(`${ALICE.name}\n${BOB.name}\n`);
    expect((await run(sandbox(), "list-owners", {})).stdout).toBe(
      `dev: ${ALICE.name}, ${BOB.name}\nprod: ${ALICE.name}\n`,
    );
    expect((await run(sandbox(), "list-owners pro", {})).stderr).toContain('did you mean "prod"?');
  });

  test("list-custodians: the key type, the fingerprint and the domains", async () => {
    const file = sampleStore().addCustodian({ name: "zoë", passphrase: "p" }, "fast");
    const { stdout } = await run(sandbox(file.toString()), "list-custodians", {});
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^alice@example\.com: other (?:[0-9a-f]{4}-){5}[0-9a-f]{4} dev, prod$/),
      expect.stringMatching(/^bob@example\.com: other (?:[0-9a-f]{4}-){5}[0-9a-f]{4} dev$/),
      expect.stringMatching(/^zoë: fast (?:[0-9a-f]{4}-){5}[0-9a-f]{4} \(no domains\)$/),
    ]);
  });

  test("add-owner and rm-owner for several domains, in one write", async () => {
    const text = sampleStore().addDomain("stage", ALICE.name).toString();
    const box = await committed(text);
    const added = await run(box, `add-owner --domain prod --domain stage ${BOB.name}`);
    expect(added.stderr).toStartWith(
      `Added owner ${BOB.name} to prod, stage.\nKey fingerprint of ${BOB.name}: `,
    );
    expect(added.stderr).toEndWith(
      `Next: commit protected.yaml; ${BOB.name} can read prod, stage from that commit on.\n`,
    );
    for (const domain of ["prod", "stage"]) expect(box.read().domainsOf(BOB.name)).toContain(domain);
    await expectAccepted(box);
    const removed = await run(box, `rm-owner --domain prod --domain stage ${BOB.name}`);
    expect(removed.stderr).toStartWith(`Removed owner ${BOB.name} from prod, stage.\n`);
    expect(box.read().domainsOf(BOB.name)).toEqual(["dev"]);
    await expectAccepted(box);
  });

  test("--all-domains: those that you own, and those that the owner owns", async () => {
    const box = await committed();
    expect((await run(box, `add-owner --all-domains ${BOB.name}`)).stderr).toStartWith(
      `Added owner ${BOB.name} to prod.\n`,
    );
    expect((await run(box, `add-owner --all-domains ${BOB.name}`)).stderr).toContain("nothing was changed");
    expect((await run(box, `rm-owner --all-domains ${BOB.name}`)).status).toBe(0);
    expect(box.read().domainsOf(BOB.name)).toEqual([]);
    const last = await run(box, `rm-owner --all-domains ${ALICE.name}`);
    expect(last.stderr).toContain("is the last owner of domain");
    expect(box.read().domainsOf(ALICE.name)).toEqual(["dev", "prod"]);
  });

  test.each([
    [`add-owner --all-domains prod ${BOB.name}`, "--all-domains gives the domain already"],
    [`add-owner --domain prod --all-domains ${BOB.name}`, "give --domain or --all-domains, not both"],
    [`add-owner --domain prod --domain nowhere ${BOB.name}`, 'no domain "nowhere"'],
  ])("%s is refused", async (line, message) => {
    const box = sandbox();
    const before = box.read().toString();
    expect((await run(box, line)).stderr).toContain(message);
    expect(box.read().toString()).toBe(before);
  });
});

test("a generated value says its bits", async () => {
  const box = sandbox();
  const result = await run(box, "add-secret dev/phrase --words 6 --json", {});
  expect(JSON.parse(result.stdout)).toMatchObject({ result: { generated_bits: 66 } });
  expect(result.stderr).toBe("Added secret phrase to dev.\nThe generated value has 66 bits of entropy.\n");
  expect(secretsOf(KeyFile.parse(Buffer.from(box.read().toString()), "store"), "dev", ALICE).phrase).toMatch(
    /^[a-z]+(?:-[a-z]+){5}$/,
  );
});
