// Tests of the built library that run in Node and in Bun: `node --test FILE`, `bun test ./FILE`. They are run by
// library.test.ts on what was just built, and by test/release/npm-packages.ts on the package from npm.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, test } from "node:test";
import { inspect } from "node:util";
import { deserialize, serialize } from "node:v8";
import {
  Creds,
  KeyFile,
  openStore,
  PprotectError,
  resolveReferences,
  resolveSecret,
  Secret,
  SecretDecryptionError,
  SecretNotFoundError,
} from "pprotect";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "pprotect-library-")));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const name of Object.keys(process.env))
  if (name.startsWith("PPROTECT_") && name !== "PPROTECT_TEST_BINARY") delete process.env[name];

/** The least that Argon2id can do. */
const CHEAP = { kind: "argon2id", cost: { opslimit: 1, memlimit: 8192 } };
const ALICE = { name: "alice@example.com", passphrase: "alice-pw" };
const BOB = { name: "bob@example.com", passphrase: "bob-pw" };
const VALUE = "value-that-must-not-leak";

const SAMPLE = KeyFile.create()
  .addCustodian(ALICE, CHEAP)
  .addCustodian(BOB, CHEAP)
  .addDomain("dev", ALICE.name)
  .addDomain("prod", ALICE.name)
  .addSecret("dev", "api-key", "dev-key")
  .addSecret("dev", "db-password", "dev-password")
  .addSecret("prod", "db-password", VALUE)
  .addSecret("prod", "token", "ünï\n");

let made = 0;
const newFolder = () => {
  const path = join(folder, `d${++made}`);
  mkdirSync(path);
  return path;
};
/** A new file with a store, and a new user who has not seen it before. */
const newStore = async (keyFile = SAMPLE) => {
  const folder = newFolder();
  process.env.XDG_STATE_HOME = join(folder, "state");
  const file = join(folder, "protected.yaml");
  await keyFile.write(file);
  return file;
};
const opened = (file, options) => openStore({ file, credentials: ALICE, ...options });

/** The error that something throws or rejects with. */
const errorOf = async (action) => {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
};

/** Everything that could print an object, as one text. */
const everyPrint = (object) =>
  [
    String(object),
    `${object}`,
    ["", object].join(""),
    JSON.stringify({ object }),
    ...[true, false].flatMap((flag) => [
      inspect(object, { customInspect: flag, showHidden: true, showProxy: true, depth: 20, getters: flag }),
      inspect([object], { customInspect: flag, showHidden: true, depth: 20 }),
    ]),
    JSON.stringify(structuredClone(object)),
    inspect(deserialize(serialize(object))),
    JSON.stringify(Object.entries(object)),
    JSON.stringify(Object.assign({}, object)),
    new Error("x", { cause: object }).stack,
    inspect(new Error("x", { cause: object })),
  ].join("\n");

describe("Secret", () => {
  test("prints a marker and never its value", async () => {
    const secret = new Secret(VALUE, { name: "prod/db-password" });
    assert.equal(String(secret), "[REDACTED:prod/db-password]");
    assert.equal(JSON.stringify({ secret }), '{"secret":"[REDACTED:prod/db-password]"}');
    assert.match(inspect({ secret }), /Secret \[REDACTED:prod\/db-password\]/);
    const prints = everyPrint(secret);
    assert.ok(!prints.includes(VALUE), prints);
    assert.ok(!prints.includes(Buffer.from(VALUE).toString("base64")), prints);
  });

  test("has a marker without control characters", () => {
    assert.equal(String(new Secret("x", { name: "a\u001b[31mb" })), "[REDACTED:a\\u{1b}[31mb]");
  });

  test("gives text, and copies of its bytes", () => {
    const secret = new Secret(new TextEncoder().encode("ünï"), { name: "n", source: "store" });
    assert.equal(secret.text(), "ünï");
    assert.equal(secret.source, "store");
    secret.bytes().fill(0);
    assert.equal(secret.text(), "ünï");
  });

  test("copies the bytes that it is made of", () => {
    const bytes = new TextEncoder().encode(VALUE);
    const secret = new Secret(bytes, { name: "n" });
    bytes.fill(0);
    assert.equal(secret.text(), VALUE);
  });

  test("overwrites its own bytes when it is disposed, and cannot be used afterwards", async () => {
    const secret = new Secret(VALUE, { name: "n" });
    const { fill } = Uint8Array.prototype;
    const overwritten = [];
    Uint8Array.prototype.fill = function (...args) {
      const before = Buffer.from(this).toString();
      const result = fill.apply(this, args);
      overwritten.push([before, this.every((byte) => byte === 0)]);
      return result;
    };
    try {
      secret[Symbol.dispose]();
      secret.dispose();
    } finally {
      Uint8Array.prototype.fill = fill;
    }
    assert.deepEqual(overwritten[0], [VALUE, true]);
    assert.equal(secret.disposed, true);
    for (const use of [() => secret.text(), () => secret.bytes()]) {
      const error = await errorOf(use);
      assert.equal(error.code, "usage");
      assert.ok(!inspect(error).includes(VALUE));
    }
    assert.equal(String(secret), "[REDACTED:n]");
  });

  test("refuses what is not text, without repeating it", async () => {
    for (const value of ["secret\ud800", new Uint8Array([115, 101, 99, 255])]) {
      const error = await errorOf(() => new Secret(value, { name: "n" }));
      assert.equal(error.code, "invalid_value");
      assert.ok(!inspect(error).includes("sec\ufffd") && !inspect(error).includes("secret\ud800"));
    }
  });
});

describe("KeyFile", () => {
  test("reads what it wrote, with credentials or with a verified custodian", async () => {
    const file = await newStore();
    const keyFile = KeyFile.fromFile(file);
    assert.equal(keyFile.decryptSecret("prod", "db-password", ALICE), VALUE);
    const alice = keyFile.unlock(ALICE);
    assert.deepEqual(
      [...keyFile.decryptDomain("dev", alice)],
      [
        ["api-key", "dev-key"],
        ["db-password", "dev-password"],
      ],
    );
    const wrong = await errorOf(() => keyFile.decryptDomain("dev", { ...ALICE, passphrase: "wrong-pw" }));
    assert.ok(wrong instanceof SecretDecryptionError);
    assert.equal(wrong.code, "wrong_credentials");
    assert.ok(!inspect(wrong).includes("wrong-pw"));
    const foreign = await errorOf(() => keyFile.decryptDomain("dev", BOB));
    assert.deepEqual([foreign instanceof SecretDecryptionError, foreign.code], [true, "not_owner"]);
  });

  test("writes anyone's secret without credentials, and keeps the file's mode", async () => {
    const file = await newStore();
    chmodSync(file, 0o640);
    await KeyFile.fromFile(file).setSecret("prod", "new", "n").setSecret("dev", "new", "m").write();
    const after = KeyFile.fromFile(file);
    assert.equal(after.decryptSecret("prod", "new", ALICE), "n");
    assert.equal(after.decryptSecret("dev", "new", ALICE), "m");
    assert.equal(statSync(file).mode & 0o777, 0o640);
  });

  test("makes its changes again to what another process wrote meanwhile", async () => {
    const file = await newStore();
    const [one, other] = [KeyFile.fromFile(file), KeyFile.fromFile(file)];
    await one.setSecret("prod", "one", "1").write();
    const written = await other.setSecret("prod", "other", "2").write();
    for (const keyFile of [written, KeyFile.fromFile(file)]) {
      assert.equal(keyFile.decryptSecret("prod", "one", ALICE), "1");
      assert.equal(keyFile.decryptSecret("prod", "other", ALICE), "2");
    }
  });

  test("writes nothing when a change no longer fits", async () => {
    const file = await newStore();
    const stale = KeyFile.fromFile(file).addSecret("prod", "new", "stale");
    await KeyFile.fromFile(file).addSecret("prod", "new", "first").write();
    const before = readFileSync(file, "utf8");
    assert.equal((await errorOf(() => stale.write())).code, "secret_exists");
    assert.equal(readFileSync(file, "utf8"), before);
  });

  test("writes what it shows when nothing else changed the file, and can be written again", async () => {
    const file = await newStore();
    const changed = KeyFile.fromFile(file).addDomain("test", ALICE.name).addSecret("test", "a", "1");
    const written = await changed.write();
    assert.equal(readFileSync(file, "utf8"), changed.toString());
    await written.updateSecret("test", "a", "2").write();
    assert.equal(KeyFile.fromFile(file).decryptSecret("test", "a", ALICE), "2");
    const untouched = readFileSync(file, "utf8");
    await KeyFile.fromFile(file).write();
    assert.equal(readFileSync(file, "utf8"), untouched);
  });

  test("creates a file only where there is none, and needs to know where", async () => {
    const file = await newStore();
    assert.equal((await errorOf(() => SAMPLE.write(file))).code, "store_exists");
    assert.equal((await errorOf(() => SAMPLE.write())).code, "usage");
    assert.equal((await errorOf(() => KeyFile.fromFile(file).write("other"))).code, "usage");
  });

  test("refuses a value that is not what the project asks for, without repeating it", async () => {
    const file = await newStore();
    const rules = "version: 1\nvalues:\n  port:\n    type: integer\n  key:\n    pattern: k-[0-9]+\n";
    writeFileSync(join(dirname(file), ".pprotect.yaml"), rules);
    const before = readFileSync(file, "utf8");
    for (const name of ["port", "key"]) {
      const error = await errorOf(() => KeyFile.fromFile(file).setSecret("prod", name, VALUE).write());
      assert.equal(error.code, "invalid_value");
      assert.ok(!inspect(error).includes(VALUE));
    }
    assert.equal(readFileSync(file, "utf8"), before);
    await KeyFile.fromFile(file).setSecret("prod", "key", "k-1").setSecret("prod", "port", "80").write();
  });

  test("rotates and gives access with credentials", async () => {
    const file = await newStore();
    await KeyFile.fromFile(file).rotateDomainKey("prod", ALICE).addOwner("prod", BOB.name, ALICE).write();
    assert.equal(KeyFile.fromFile(file).decryptSecret("prod", "db-password", BOB), VALUE);
  });
});

/** A store in which someone who can only write it replaced the key of a domain. */
const withReplacedKey = (file, domain = "prod") => {
  const attacker = { name: "mallory@example.com", passphrase: "m" };
  const theirs = KeyFile.create().addCustodian(attacker, CHEAP).addDomain(domain, attacker.name);
  const { data } = KeyFile.fromFile(file);
  const domains = new Map(data.domains).set(domain, theirs.data.domains.get(domain));
  const custodians = new Map(data.custodians).set(attacker.name, theirs.data.custodians.get(attacker.name));
  writeFileSync(file, KeyFile.from({ ...data, domains, custodians }).toString());
};

describe("the keys of a store", () => {
  test("that someone replaced get no value", async () => {
    const file = await newStore();
    const stale = KeyFile.fromFile(file).setSecret("prod", "token", "t");
    withReplacedKey(file);
    const before = readFileSync(file, "utf8");
    for (const change of [stale, KeyFile.fromFile(file).setSecret("prod", "token", "t")]) {
      const error = await errorOf(() => change.write());
      assert.equal(error.code, "untrusted_key");
      assert.equal(readFileSync(file, "utf8"), before);
    }
  });

  test("are given to no custodian whose key was replaced, also of a domain that is new", async () => {
    const file = await newStore();
    const mallory = KeyFile.create().addCustodian({ ...BOB, passphrase: "m" }, CHEAP);
    const { data } = KeyFile.fromFile(file);
    const custodians = new Map(data.custodians).set(BOB.name, mallory.data.custodians.get(BOB.name));
    writeFileSync(file, KeyFile.from({ ...data, custodians }).toString());
    for (const change of [
      KeyFile.fromFile(file).addOwner("prod", BOB.name, ALICE),
      KeyFile.fromFile(file).addDomain("new", ALICE.name).addOwner("new", BOB.name, ALICE),
    ]) {
      assert.equal((await errorOf(() => change.write())).code, "untrusted_key");
    }
  });

  test("that were accepted for another domain open nothing", async () => {
    const file = await newStore();
    const { data } = KeyFile.fromFile(file);
    const domains = new Map(data.domains).set("prod", data.domains.get("dev"));
    domains.delete("dev");
    writeFileSync(file, KeyFile.from({ ...data, domains }).toString());
    const store = await opened(file);
    assert.equal((await errorOf(() => resolveSecret("prod/api-key", { store }))).code, "untrusted_key");
  });

  test("are warned of in reading when nothing proves them", async () => {
    const file = await newStore();
    const stranger = KeyFile.create()
      .addCustodian(ALICE, CHEAP)
      .addDomain("prod", ALICE.name)
      .addSecret("prod", "token", "t");
    const { data } = KeyFile.fromFile(file);
    const domains = new Map(data.domains).set("prod", stranger.data.domains.get("prod"));
    const custodians = new Map(data.custodians).set(ALICE.name, stranger.data.custodians.get(ALICE.name));
    writeFileSync(file, KeyFile.from({ ...data, domains, custodians }).toString());
    const warnings = [];
    const store = await opened(file, { onWarning: (message) => warnings.push(message) });
    for (let i = 0; i < 2; i++) (await resolveSecret("prod/token", { store })).dispose();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^the key of domain "prod" changed and nothing proves the change/);
  });

  test("are refused by PPROTECT_TRUST=strict without a list, and believed by off", async () => {
    const file = await newStore();
    process.env.PPROTECT_TRUST = "strict";
    try {
      const store = await opened(file);
      assert.equal((await errorOf(() => resolveSecret("prod/token", { store }))).code, "untrusted_key");
      const write = () => KeyFile.fromFile(file).setSecret("prod", "token", "t").write();
      assert.equal((await errorOf(write)).code, "untrusted_key");
      withReplacedKey(file);
      process.env.PPROTECT_TRUST = "off";
      await write();
    } finally {
      delete process.env.PPROTECT_TRUST;
    }
  });
});

describe("PPROTECT_TRUST=strict", () => {
  const git = (cwd, ...args) => {
    const identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
    const env = {
      PATH: process.env.PATH,
      HOME: cwd,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_SYSTEM: "/dev/null",
    };
    const { status, stderr } = spawnSync("git", [...identity, ...args], { cwd, env, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const fingerprint = ({ publicKey }) =>
    createHash("sha256").update(Buffer.from(publicKey, "base64").subarray(1)).digest("hex");

  test("opens what pprotect.trust of the default branch lists, and nothing else", async () => {
    const file = await newStore();
    const origin = dirname(file);
    rmSync(join(origin, "state"), { recursive: true, force: true });
    const dev = KeyFile.fromFile(file).data.domains.get("dev");
    writeFileSync(join(origin, "pprotect.trust"), `${fingerprint(dev)} domain dev\n`);
    git(origin, "init", "-q", "-b", "main");
    git(origin, "add", "protected.yaml", "pprotect.trust");
    git(origin, "commit", "-q", "-m", "x");
    const clone = join(newFolder(), "clone");
    git(folder, "clone", "-q", origin, clone);
    process.env.PPROTECT_TRUST = "strict";
    try {
      const store = await opened(join(clone, "protected.yaml"));
      assert.equal((await resolveSecret("dev/api-key", { store })).text(), "dev-key");
      const prod = KeyFile.fromFile(join(clone, "protected.yaml")).data.domains.get("prod");
      writeFileSync(
        join(clone, "pprotect.trust"),
        `${fingerprint(dev)} domain dev\n${fingerprint(prod)} domain prod\n`,
      );
      const error = await errorOf(() => resolveSecret("prod/token", { store }));
      assert.equal(error.code, "untrusted_key");
      assert.match(error.message, /since commit [0-9a-f]+ by a@example\.com/);
    } finally {
      delete process.env.PPROTECT_TRUST;
    }
  });
});

/** The entries of the access log about a store. */
const accesses = (file) =>
  readdirSync(join(dirname(file), "state/pprotect")).includes("access.jsonl")
    ? readFileSync(join(dirname(file), "state/pprotect/access.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];

describe("openStore", () => {
  test("records what is opened, and what could not be", async () => {
    const file = await newStore();
    const store = await opened(file);
    (await resolveSecret("prod/token", { store })).dispose();
    await resolveReferences(["protected:prod/token", "protected:dev/api-key"], { store });
    const wrong = await opened(file, { credentials: { ...ALICE, passphrase: "wrong" } });
    await errorOf(() => resolveSecret("prod/token", { store: wrong }));
    const entries = accesses(file).map(({ action, result, domains, custodian }) => [
      action,
      result,
      domains.map(({ domain, secrets }) => [domain, ...secrets]),
      custodian,
    ]);
    assert.deepEqual(entries, [
      ["library", "ok", [["prod", "token"]], ALICE.name],
      [
        "library",
        "ok",
        [
          ["prod", "token"],
          ["dev", "api-key"],
        ],
        ALICE.name,
      ],
      ["library", "wrong_credentials", [["prod", "token"]], undefined],
    ]);
  });

  test("hands nothing out when the log is required and cannot be written", async () => {
    const file = await newStore();
    const { XDG_STATE_HOME } = process.env;
    process.env.XDG_STATE_HOME = join(file, "not-a-directory");
    process.env.PPROTECT_AUDIT = "required";
    try {
      const store = await opened(file);
      const error = await errorOf(() => resolveSecret("prod/token", { store, default: "d" }));
      assert.deepEqual([error instanceof PprotectError, error.code], [true, "file_error"]);
      process.env.PPROTECT_AUDIT = "requierd";
      assert.equal((await errorOf(() => resolveSecret("prod/token", { store }))).code, "usage");
    } finally {
      process.env.XDG_STATE_HOME = XDG_STATE_HOME;
      delete process.env.PPROTECT_AUDIT;
    }
  });

  test("sees a change of the file, also one that leaves its size and time as they were", async () => {
    const file = await newStore();
    const store = await opened(file);
    const value = async () => (await resolveSecret("prod/token", { store })).text();
    assert.equal(await value(), "ünï\n");
    await KeyFile.fromFile(file).updateSecret("prod", "token", "aaaaaa").write();
    assert.equal(await value(), "aaaaaa");
    const { size, mtime } = statSync(file);
    const changed = KeyFile.fromFile(file).updateSecret("prod", "token", "bbbbbb");
    const { auditLog } = KeyFile.fromFile(file).data;
    writeFileSync(file, KeyFile.from({ ...changed.data, auditLog }).toString());
    utimesSync(file, mtime, mtime);
    assert.equal(statSync(file).size, size);
    assert.equal(await value(), "bbbbbb");
    // Replaced by a file that is as old as it was.
    const old = new Date(Date.now() - 60_000);
    utimesSync(file, old, old);
    assert.equal(await value(), "bbbbbb");
    const replaced = KeyFile.fromFile(file).updateSecret("prod", "token", "cccccc");
    writeFileSync(`${file}.new`, KeyFile.from({ ...replaced.data, auditLog }).toString());
    utimesSync(`${file}.new`, old, old);
    renameSync(`${file}.new`, file);
    assert.equal(await value(), "cccccc");
  });

  test("derives the key once, and again when the custodian has another passphrase", async () => {
    const file = await newStore();
    let asked = 0;
    let passphrase = ALICE.passphrase;
    const credentials = () => {
      asked++;
      return { ...ALICE, passphrase };
    };
    const store = await opened(file, { credentials });
    const names = ["prod/token", "dev/api-key", "prod/db-password"];
    const secrets = await Promise.all(names.map((name) => resolveSecret(name, { store })));
    assert.deepEqual([asked, secrets[1].text()], [1, "dev-key"]);
    await KeyFile.fromFile(file).setCustodianPassphrase(ALICE, "another-pw", CHEAP).write();
    passphrase = "another-pw";
    await resolveSecret("prod/token", { store });
    assert.equal(asked, 2);
  });

  test("cannot be used after its disposal", async () => {
    const file = await newStore();
    const store = await opened(file);
    store[Symbol.dispose]();
    assert.equal((await errorOf(() => resolveSecret("prod/token", { store }))).code, "usage");
    assert.equal((await errorOf(() => store.domains())).code, "usage");
  });

  test("shows names without credentials, and no credentials or values of its own", async () => {
    const file = await newStore();
    const store = await opened(file);
    (await resolveSecret("prod/db-password", { store })).dispose();
    assert.deepEqual(store.domains(), ["dev", "prod"]);
    assert.deepEqual(store.secrets("dev"), ["api-key", "db-password"]);
    assert.ok((await errorOf(() => store.secrets("prd"))) instanceof SecretNotFoundError);
    const prints = inspect(store, { depth: 20, showHidden: true, getters: false });
    for (const hidden of [VALUE, ALICE.passphrase]) assert.ok(!prints.includes(hidden), prints);
  });

  test("says which file is missing", async () => {
    const error = await errorOf(() => openStore({ file: join(folder, "none.yaml") }));
    assert.equal(error.code, "store_missing");
  });
});

describe("credentials of the environment", () => {
  test("come from the first variable that is set", async () => {
    const file = join(newFolder(), "passphrase");
    writeFileSync(file, "from-file\n", { mode: 0o600 });
    const user = { PPROTECT_USER: ALICE.name };
    const given = async (variables, prefix) =>
      (await Creds.fromEnv({ environment: { ...user, ...variables }, ...(prefix && { prefix }) })).passphrase;
    assert.equal(await given({ PPROTECT_PASSPHRASE: "p", PPROTECT_PASSPHRASE_FILE: file }), "p");
    assert.equal(await given({ PPROTECT_PASSPHRASE_FILE: file }), "from-file");
    assert.equal(await given({ PPROTECT_PASSPHRASE_COMMAND: "echo from-command" }), "from-command");
    assert.equal(await given({ APP_USER: "u", APP_PASSPHRASE: "app" }, "APP"), "app");
    assert.equal(await given({ PPROTECT_ENV_PREFIX: "APP", APP_USER: "u", APP_PASSPHRASE: "app" }), "app");
    for (const variables of [{}, { PPROTECT_PASSPHRASE_COMMAND: "exit 3" }]) {
      const error = await errorOf(() => given(variables));
      assert.ok(error instanceof SecretDecryptionError);
      assert.equal(error.code, "missing_credentials");
    }
  });

  test("do not print the passphrase", async () => {
    const creds = await Creds.fromEnv({ environment: { PPROTECT_USER: "u", PPROTECT_PASSPHRASE: VALUE } });
    assert.equal(creds.passphrase, VALUE);
    const prints = [
      inspect(creds, { showHidden: true }),
      JSON.stringify(creds),
      JSON.stringify(structuredClone(creds)),
    ];
    assert.ok(!prints.join().includes(VALUE), prints.join());
  });
});

describe("resolveSecret", () => {
  test("takes the value from the store, and says so", async () => {
    const file = await newStore();
    const store = await opened(file);
    const secret = await resolveSecret("prod/db-password", { store });
    assert.deepEqual([secret.text(), secret.source, secret.name], [VALUE, "store", "prod/db-password"]);
    const alone = await resolveSecret("token", { store });
    assert.equal(alone.text(), "ünï\n");
    const several = await errorOf(() => resolveSecret("db-password", { store }));
    assert.match(several.message, /several domains have a secret "db-password": dev, prod/);
  });

  test("finds the nearest store, and its credentials in the environment", async () => {
    const file = await newStore();
    const before = process.cwd();
    process.chdir(join(file, ".."));
    Object.assign(process.env, { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase });
    try {
      const secret = await resolveSecret("prod/db-password");
      assert.equal(secret.text(), VALUE);
      assert.deepEqual(await resolveReferences({ a: "protected:token" }), { a: "ünï\n" });
    } finally {
      process.chdir(before);
      delete process.env.PPROTECT_USER;
      delete process.env.PPROTECT_PASSPHRASE;
    }
  });

  test("asks the sources in the order that is given", async () => {
    const file = await newStore();
    const store = await opened(file, { environment: { DB_PASSWORD: "e", OTHER: "o", EMPTY: "" } });
    const sourceOf = async (options) => {
      const secret = await resolveSecret("prod/db-password", { store, ...options });
      return [secret.source, secret.text()];
    };
    assert.deepEqual(await sourceOf({ from: ["env", "store"] }), ["env", "e"]);
    assert.deepEqual(await sourceOf({ from: ["store", "env"] }), ["store", VALUE]);
    assert.deepEqual(await sourceOf({ from: ["env"], variable: "OTHER" }), ["env", "o"]);
    assert.deepEqual(await sourceOf({ from: ["env"], variable: "EMPTY" }), ["env", ""]);
    assert.deepEqual(await sourceOf({ override: "x" }), ["override", "x"]);
    assert.deepEqual(await sourceOf({ from: ["env", "override"], override: "x" }), ["env", "e"]);
    assert.deepEqual(await sourceOf({ from: ["env"], variable: "NONE", default: "d" }), ["default", "d"]);
  });

  test("needs no store for what it does not take from there, and leaves the given bytes alone", async () => {
    const override = new TextEncoder().encode("x");
    const secret = await resolveSecret("prod/none", { override });
    assert.equal(secret.text(), "x");
    assert.deepEqual([...override], [120]);
  });

  test("lists where it looked when no source has the value", async () => {
    const file = await newStore();
    const store = await opened(file);
    const options = { store, from: ["env", "store", "sops"] };
    const error = await errorOf(() => resolveSecret("prod/nope", options));
    assert.ok(error instanceof SecretNotFoundError);
    assert.deepEqual([error.code, error.name], ["no_such_secret", "SecretNotFoundError"]);
    assert.match(error.message, /^no source has "prod\/nope"$/);
    assert.match(error.fix, /env: .*NOPE.*; store: .*"nope".*; sops: /);
    assert.equal(await resolveSecret("prod/nope", { ...options, required: false }), undefined);
    const domain = await errorOf(() => resolveSecret("prd/token", { store, default: "d" }));
    assert.deepEqual([domain instanceof SecretNotFoundError, domain.code], [true, "no_such_domain"]);
  });

  test("takes no other value in place of one that cannot be decrypted", async () => {
    const file = await newStore();
    for (const credentials of [{ ...ALICE, passphrase: "wrong-pw" }, BOB]) {
      const store = await opened(file, { credentials });
      const error = await errorOf(() =>
        resolveSecret("prod/token", { store, default: "d", required: false }),
      );
      assert.ok(error instanceof SecretDecryptionError, String(error));
      assert.ok(!inspect(error).includes("wrong-pw"));
    }
    const damaged = readFileSync(file, "utf8").replace(/(secret-token: .{20})./, (_, start) => `${start}!`);
    writeFileSync(file, damaged);
    assert.equal((await errorOf(() => opened(file))).code, "invalid_store");
  });

  test("never takes credentials for a secret", async () => {
    const file = await newStore();
    const store = await opened(file, {
      environment: { PPROTECT_PASSPHRASE: VALUE, APP_PASSPHRASE: VALUE },
      prefix: "APP",
    });
    for (const variable of ["PPROTECT_PASSPHRASE", "APP_PASSPHRASE"]) {
      const error = await errorOf(() => resolveSecret("prod/token", { store, from: ["env"], variable }));
      assert.equal(error.code, "environment");
    }
  });

  test("refuses what is not a string, and says which", async () => {
    const file = await newStore();
    const missing = await opened(file, { credentials: { name: ALICE.name, passphrase: undefined } });
    for (const [call, what] of [
      [() => resolveSecret(undefined), "the name of the secret must be a string, not undefined"],
      [() => resolveSecret("a/b", { default: 5 }), "the option `default` must be a string, not a number"],
      [
        () => resolveSecret("prod/token", { store: missing }),
        "the `passphrase` of the option `credentials` must be a string, not undefined",
      ],
      [
        () => KeyFile.fromFile(file).setSecret("prod", "token", undefined),
        "`value` must be a string, not undefined",
      ],
      [() => KeyFile.fromFile(file).addSecret("prod", null, "x"), "`secret` must be a string, not null"],
    ]) {
      const error = await errorOf(async () => call());
      assert.deepEqual([error.code, error.message], ["usage", what]);
    }
  });

  test("refuses options that do not fit", async () => {
    for (const options of [
      { from: "store" },
      { from: [] },
      { from: ["stor"] },
      { from: ["env", "env"] },
      { from: ["keyring"] },
    ]) {
      assert.equal((await errorOf(() => resolveSecret("a/b", options))).code, "usage");
    }
  });
});

describe("resolveReferences", () => {
  test("replaces references in a copy, and nothing else", async () => {
    const file = await newStore();
    const store = await opened(file);
    const date = new Date(0);
    const configuration = {
      db: { user: "app", password: "protected:prod/db-password", port: 5432, tls: null },
      list: ["protected:token", "x protected:token", { deep: "protected:dev/api-key" }],
      date,
      "protected:token": true,
    };
    const before = inspect(configuration, { depth: 9 });
    assert.deepEqual(await resolveReferences(configuration, { store }), {
      db: { user: "app", password: VALUE, port: 5432, tls: null },
      list: ["ünï\n", "x protected:token", { deep: "dev-key" }],
      date,
      "protected:token": true,
    });
    assert.equal(inspect(configuration, { depth: 9 }), before);
    assert.equal(await resolveReferences("protected:token", { store }), "ünï\n");
  });

  test("needs no store for a configuration without references", async () => {
    assert.deepEqual(await resolveReferences({ a: [1, "x"] }), { a: [1, "x"] });
  });

  test("names the place of a reference that leads nowhere, and opens nothing", async () => {
    const file = await newStore();
    const store = await opened(file);
    const configuration = { ok: "protected:token", db: [{ password: "protected:prod/nope" }] };
    const error = await errorOf(() => resolveReferences(configuration, { store }));
    assert.ok(error instanceof SecretNotFoundError);
    assert.match(error.message, /^db\[0\]\.password: no secret "nope" in domain "prod"$/);
    for (const [text, code] of [
      ["protected:", "no_such_secret"],
      ["protected:prd/token", "no_such_domain"],
      ["protected:db-password", "no_such_secret"],
    ]) {
      assert.equal((await errorOf(() => resolveReferences([text], { store }))).code, code, text);
    }
    assert.deepEqual(accesses(file), []);
  });

  test("changes no prototype, whatever keys and secrets are called", async () => {
    const names = ["constructor", "toString", "hasOwnProperty", "valueOf", "__proto__"];
    const valid = names.slice(0, 4);
    const keyFile = valid.reduce(
      (each, name) => each.addDomain(name, ALICE.name).addSecret(name, name, `of-${name}`),
      SAMPLE,
    );
    const store = await opened(await newStore(keyFile));
    const text = JSON.stringify({ a: "protected:constructor/constructor" });
    const configuration = JSON.parse(`{"__proto__": ${text}, "constructor": {"prototype": ${text}}}`);
    const resolved = await resolveReferences(configuration, { store });
    assert.equal({}.a, undefined);
    assert.equal(Object.a, undefined);
    assert.equal(Object.getPrototypeOf(resolved), Object.prototype);
    assert.equal(
      JSON.stringify(resolved),
      JSON.stringify(configuration).replaceAll("protected:constructor/constructor", "of-constructor"),
    );
    for (const name of valid) {
      const secret = await resolveSecret(`${name}/${name}`, { store, from: ["store"] });
      assert.equal(secret.text(), `of-${name}`);
    }
    for (const variable of names) {
      const options = { store, from: ["env"], variable, required: false };
      assert.equal(await resolveSecret("prod/token", options), undefined);
    }
    for (const name of ["__proto__/a", "prod/__proto__", "prod/toString", "__proto__"]) {
      assert.ok((await errorOf(() => resolveSecret(name, { store }))) instanceof SecretNotFoundError, name);
    }
    assert.ok((await errorOf(() => store.secrets("__proto__"))) instanceof SecretNotFoundError);
  });

  test("copies what is there twice once, follows circles, and refuses endless depth", async () => {
    const file = await newStore();
    const store = await opened(file);
    const shared = { a: "protected:token" };
    const circle = { shared, again: shared };
    circle.self = circle;
    const copy = await resolveReferences(circle, { store });
    assert.deepEqual([copy.shared.a, copy.again === copy.shared, copy.self === copy], ["ünï\n", true, true]);
    let level = {};
    for (let i = 0; i < 50; i++) level = { a: level, b: level };
    await resolveReferences(level, { store });
    let deep = {};
    for (let i = 0; i < 100_000; i++) deep = { deep };
    assert.equal((await errorOf(() => resolveReferences(deep, { store }))).code, "usage");
  });
});

describe("a file of SOPS", () => {
  test("that has no keys here is an error, not a missing value", async () => {
    const directory = newFolder();
    writeFileSync(
      join(directory, "secrets.sops.yml"),
      "token: ENC[AES256_GCM,data:x,type:str]\nsops:\n  version: 3.9.0\n",
    );
    const before = process.cwd();
    process.chdir(directory);
    try {
      const error = await errorOf(() => resolveSecret("token", { from: ["sops"], default: "d" }));
      assert.ok(error instanceof PprotectError, inspect(error));
      assert.equal(
        await resolveSecret("token", { from: ["sops"], sops: { file: "none.yml" }, required: false }),
        undefined,
      );
    } finally {
      process.chdir(before);
    }
  });
});

const { PPROTECT_TEST_BINARY: binary } = process.env;

describe("the command line beside the library", { skip: binary === undefined }, () => {
  const run = (file, args, input = "") =>
    new Promise((resolve, reject) => {
      const child = spawn(binary, [...args, "--file", file], { stdio: ["pipe", "pipe", "pipe"] });
      const output = [];
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(data));
      child.on("error", reject);
      child.on("close", (status) => resolve([status, Buffer.concat(output).toString()]));
      child.stdin.end(input);
    });

  const bothWriting = async (file, count) => {
    const numbers = Array.from({ length: count }, (_, index) => index);
    const results = await Promise.all([
      ...numbers.map((n) => run(file, ["add-secret", "prod", `cli-${n}`], `c${n}`)),
      ...numbers.map((n) => KeyFile.fromFile(file).addSecret("prod", `lib-${n}`, `l${n}`).write()),
    ]);
    for (const result of results.slice(0, count)) assert.deepEqual(result[0], 0, result[1]);
    const after = KeyFile.fromFile(file).decryptDomain("prod", ALICE);
    for (const n of numbers)
      assert.deepEqual([after.get(`cli-${n}`), after.get(`lib-${n}`)], [`c${n}`, `l${n}`]);
  };

  test("loses no write of either when both write at once", async () => {
    await bothWriting(await newStore(), 8);
  });

  test("loses none where there is no program flock", async () => {
    const { PATH } = process.env;
    process.env.PATH = newFolder();
    try {
      await bothWriting(await newStore(), 4);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
