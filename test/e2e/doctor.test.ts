import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { stageRotation } from "../../src/store/rotation/steps.ts";
import { binary } from "../support/binary.ts";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, CHEAP, NOW, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

interface Reported {
  readonly ok: boolean;
  readonly result: {
    readonly checks: readonly { id: string; level: string; message: string; fix: string | null }[];
    readonly repairs: readonly { id: string; failed: string | null }[];
  };
}

async function repository(text?: string | null): Promise<Sandbox> {
  const box = sandbox(text);
  await run(box, ["git", "init", "-q", "-b", "main"]);
  box.write(".gitignore", "*.pw\n.local\n");
  return box;
}

function run(box: Sandbox, command: readonly string[], env: Record<string, string> = {}): Promise<Result> {
  return runProgram(command, { cwd: box.folder, env: { ...GIT_IDENTITY, ...env } });
}

async function doctor(box: Sandbox, options: readonly string[] = [], env: Record<string, string> = {}) {
  const { stdout, status } = await run(box, [binary(), "doctor", "--json", ...options], env);
  const { result } = JSON.parse(stdout) as Reported;
  const found = (id: string): string[] =>
    result.checks.filter((each) => each.id === id).map(({ level, message }) => `${level}: ${message}`);
  return { status, result, found };
}

/** Two owners with hard keys in every domain would take long: a raw key is one that no one guesses. */
function goodStore(): string {
  const raw = { ...ALICE, passphrase: `P${"7b".repeat(32)}P` };
  const file = KeyFile.create(NOW).addCustodian(raw, { kind: "raw" }, NOW).addCustodian(BOB, CHEAP, NOW);
  const owned = file.addDomain("prod", raw.name, NOW);
  return owned.addOwner("prod", BOB.name, unlocked(owned, raw), NOW).toString();
}

test("a repository in which everything is set up passes, and nothing is changed", async () => {
  const box = await repository(goodStore());
  await run(box, [binary(), "git", "install"]);
  const before = readFileSync(join(box.folder, ".git/config"), "utf8");
  const { status, result, found } = await doctor(box);
  expect(result.checks.filter(({ level }) => level === "fail")).toEqual([]);
  expect(status).toBe(0);
  expect(found("owners")).toEqual(["ok: every domain has more than one owner"]);
  expect(readFileSync(join(box.folder, ".git/config"), "utf8")).toBe(before);
  // In HOME, by the client of a keyring that the session cannot have.
  expect(existsSync(box.path(".cache"))).toBe(false);
});

test("a store without a domain has no owners to praise", async () => {
  const { found } = await doctor(
    await repository(KeyFile.create(NOW).addCustodian(BOB, CHEAP, NOW).toString()),
  );
  expect(found("owners")).toEqual(["ok: there is no domain yet"]);
});

test("what is wrong is listed with what to do, and --fix repairs what can be undone", async () => {
  const box = await repository();
  const state = join(box.folder, ".local/state/pprotect");
  mkdirSync(state, { recursive: true });
  chmodSync(state, 0o755);
  chmodSync(box.alice, 0o644);
  box.write(".env", "A=b\n");
  box.write("we ird.key", "-----BEGIN RSA PRIVATE KEY-----\n");
  box.write(".env.example", "A=\n");
  box.write("cert.pem", "-----BEGIN CERTIFICATE-----\n");
  const env = { PPROTECT_PASSPHRASE_FILE: box.alice };
  const { status, found } = await doctor(box, [], env);
  expect(status).toBe(1);
  expect(found("git")[0]).toStartWith("fail: missing: attributes of protected.yaml, ");
  expect(found("state")[0]).toStartWith("fail: other users can read");
  expect(found("passphrase-file")[0]).toStartWith("fail: other users can read");
  expect(found("plaintext")).toEqual([
    "warn: git does not ignore .env",
    "warn: git does not ignore we ird.key",
  ]);
  expect(found("owners")).toHaveLength(1);
  expect(found("key-types")[0]).toContain("anyone with the file can try passphrases fast");

  const after = await doctor(box, ["--fix"], env);
  expect(after.result.checks.filter(({ level }) => level === "fail")).toEqual([]);
  expect([after.status, after.result.repairs.every(({ failed }) => failed === null)]).toEqual([0, true]);
  expect([statSync(state).mode & 0o777, statSync(box.alice).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(after.found("plaintext")).toEqual([
    "ok: no file in the work tree looks like one with secrets in plain text",
  ]);
  expect(readFileSync(box.path(".gitignore"), "utf8")).toBe("*.pw\n.local\n/.env\n/we\\ ird.key\n");
  expect((await run(box, [binary(), "git", "status"])).status).toBe(0);
  await run(box, [binary(), "git", "uninstall"]);
  expect((await run(box, [binary(), "git", "status"])).status).toBe(1);
});

describe("fails", () => {
  test("for a file that git tracks and that has a secret", async () => {
    const box = await repository();
    box.write(".env", "A=b\n");
    mkdirSync(box.path("sub"));
    writeFileSync(box.path("sub/key.pem"), "-----BEGIN PRIVATE KEY-----\n");
    await run(box, ["git", "add", "-f", ".env", "sub/key.pem"]);
    const { found } = await doctor(box);
    expect(found("plaintext")).toEqual(["fail: git tracks .env", "fail: git tracks sub/key.pem"]);
  });

  test("for a merge that left conflicts, and for a store that is not valid", async () => {
    const conflict = await repository("<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n");
    expect((await doctor(conflict)).found("merge")).toHaveLength(1);
    const invalid = await repository("meta: [\n");
    expect((await doctor(invalid)).found("store")[0]).toStartWith("fail: ");
  });

  test("for a key that changed without proof", async () => {
    const box = await repository();
    await run(box, [binary(), "check", "-u", ALICE.name, "--passphrase-file", box.alice]);
    const other = box.read();
    const renewed = KeyFile.create(NOW).addCustodian(ALICE, CHEAP, NOW).addDomain("prod", ALICE.name, NOW);
    const prod = renewed.data.domains.get("prod") as NonNullable<ReturnType<typeof renewed.data.domains.get>>;
    box.write(
      "protected.yaml",
      KeyFile.from({ ...other.data, domains: new Map([...other.data.domains, ["prod", prod]]) }).toString(),
    );
    const { status, found } = await doctor(box);
    expect([status, found("keys")[0]?.slice(0, 5)]).toEqual([1, "fail:"]);
  });
});

describe("warns", () => {
  test("of a passphrase in the environment, whatever its prefix", async () => {
    const box = await repository();
    expect((await doctor(box, [], { PPROTECT_PASSPHRASE: "x" })).found("environment")[0]).toStartWith(
      "warn: PPROTECT_",
    );
    const other = await doctor(box, [], { PPROTECT_ENV_PREFIX: "APP", APP_PASSPHRASE: "x" });
    expect(other.found("environment")[0]).toStartWith("warn: APP_PASSPHRASE ");
  });

  test("of a secret that dev has and prod lacks", async () => {
    const names = ["a", "b", "c"];
    const file = names.reduce(
      (store, name) => store.addSecret("dev", name, name, NOW),
      KeyFile.create(NOW)
        .addCustodian(ALICE, CHEAP, NOW)
        .addDomain("dev", ALICE.name, NOW)
        .addDomain("prod", ALICE.name, NOW),
    );
    const box = await repository(
      file.addSecret("prod", "a", "x", NOW).addSecret("prod", "b", "x", NOW).toString(),
    );
    expect((await doctor(box)).found("drift")).toEqual(["warn: prod lacks c, which dev has"]);
  });

  test("where there is no store, and no repository", async () => {
    const box = sandbox(null);
    const { status, found } = await doctor(box);
    expect(found("store")).toEqual(["warn: there is no store at protected.yaml"]);
    expect([status, found("repository").length]).toEqual([0, 1]);
  });

  test("of files for a later version, and of values that are too old", async () => {
    const store = KeyFile.create(NOW)
      .addCustodian(ALICE, CHEAP, NOW)
      .addDomain("prod", ALICE.name, NOW)
      .addSecret("prod", "a", "x", NOW);
    // What a rotation has beside a secret is dropped with it, however old it is.
    const box = await repository(stageRotation(store, { domain: "prod", secret: "a" }, "y").toString());
    box.write(".pprotect.yaml", "rotation:\n  prod:\n    max_age: 1s\n  prdo:\n    max_age: 1s\n");
    box.write(".secrets.json", '{"version": 99, "secrets": []}');
    const dates = { GIT_AUTHOR_DATE: "2020-01-01T00:00:00Z", GIT_COMMITTER_DATE: "2020-01-01T00:00:00Z" };
    await run(box, ["sh", "-c", "git add -f protected.yaml && git commit -qm a"], dates);
    const { found, status } = await doctor(box);
    expect(found("manifest")[0]).toContain("fail: ");
    expect(found("manifest")[0]).toContain("knows version 1");
    expect(found("config")).toEqual(["ok: this pprotect reads .pprotect.yaml"]);
    expect(found("rotation-rules")).toEqual([
      "warn: the store has no prdo, which .pprotect.yaml has a rotation for",
    ]);
    expect(found("rotation-due")).toEqual([expect.stringMatching(/^warn: prod\/a is \d+ days old/)]);
    expect([status, found("keyring").length]).toEqual([1, 1]);
    box.write(".pprotect.yaml", "later: true\n");
    expect((await doctor(box)).found("config")[0]).toContain("fail: .pprotect.yaml:1:");
  });

  test("of a shallow clone", async () => {
    const box = await repository();
    await run(box, ["sh", "-c", "git add -A && git commit -qm a && git commit -q --allow-empty -m b"]);
    const clone = sandbox(null);
    await run(clone, ["git", "clone", "-q", "--depth", "1", `file://${box.folder}`, "clone"]);
    expect((await doctor({ ...clone, folder: clone.path("clone") })).found("history")).toHaveLength(1);
  });
});

test("a name that speaks to the terminal is shown as it is, and a named pipe is not waited for", async () => {
  const box = await repository();
  box.write("a\u001b[31m.key", "-----BEGIN PRIVATE KEY-----\n");
  await run(box, ["mkfifo", "b.pem"]);
  const { stdout } = await run(box, [binary(), "doctor"]);
  expect(stdout).toContain("git does not ignore a\\u{1b}[31m.key");
  expect(stdout).not.toContain("\u001b");
});
