import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { armor, Encrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { decryptPassphrase } from "../../src/credentials/age-passphrase.ts";
import { pprotect, type Result, runProgram } from "../support/run.ts";
import { FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

const FIXTURES = resolve(import.meta.dir, "../fixtures/formats");
const IDENTITY_FILE = resolve(FIXTURES, "identity.txt");
const POST_QUANTUM_FILE = resolve(FIXTURES, "identity-post-quantum.txt");

function identityIn(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").at(-1) ?? "";
}

async function encrypted(text: string, identity = identityIn(IDENTITY_FILE)): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  return encrypter.encrypt(text);
}

async function box(content?: Uint8Array | string): Promise<Sandbox> {
  const made = sandbox();
  made.write("alice.age", content ?? (await encrypted(`${ALICE.passphrase}\n`)));
  return made;
}

function get({ folder }: Sandbox, env: Record<string, string>, ...args: readonly string[]): Promise<Result> {
  const line = ["get", "prod/token", "-u", ALICE.name, "--passphrase-file", "alice.age", "--non-interactive"];
  return pprotect([...line, ...args], { cwd: folder, env });
}

const OURS = { PPROTECT_AGE_IDENTITY_FILE: IDENTITY_FILE };

describe("a passphrase file that age encrypted is decrypted", () => {
  test.each([
    ["with our variable", OURS],
    ["with SOPS's file", { SOPS_AGE_KEY_FILE: IDENTITY_FILE }],
    ["with SOPS's key", { SOPS_AGE_KEY: identityIn(IDENTITY_FILE) }],
    ["with our variable before SOPS's", { ...OURS, SOPS_AGE_KEY_FILE: "missing" }],
    [
      "with a variable of another prefix",
      { PPROTECT_ENV_PREFIX: "APP", APP_AGE_IDENTITY_FILE: IDENTITY_FILE },
    ],
  ])("%s", async (_, env) => {
    // Others may read it, and git may commit it.
    const made = await box();
    await runProgram(["git", "init", "-q"], { cwd: made.folder });
    expect(await get(made, env)).toMatchObject({ status: 0, stdout: "prod-token", stderr: "" });
  });

  test("with the file that SOPS uses, also where the environment is ignored", async () => {
    const made = await box();
    mkdirSync(made.path(".config/sops/age"), { recursive: true });
    made.write(".config/sops/age/keys.txt", readFileSync(IDENTITY_FILE));
    expect(await get(made, {})).toMatchObject({ status: 0, stdout: "prod-token" });
    const ignoring = await get(made, { PPROTECT_AGE_IDENTITY_FILE: "missing" }, "--ignore-env");
    expect(ignoring).toMatchObject({ status: 0, stdout: "prod-token" });
  });

  test("with armor, a post-quantum key, and any name", async () => {
    const armored = await box(armor.encode(await encrypted(ALICE.passphrase)));
    expect((await get(armored, OURS)).stdout).toBe("prod-token");
    const quantum = await box(await encrypted(ALICE.passphrase, identityIn(POST_QUANTUM_FILE)));
    quantum.write("alice.pw", readFileSync(quantum.path("alice.age")));
    const env = {
      PPROTECT_AGE_IDENTITY_FILE: POST_QUANTUM_FILE,
      PPROTECT_PASSPHRASE_FILE: "alice.pw",
      PPROTECT_USER: ALICE.name,
    };
    const named = await pprotect(["get", "prod/token"], { cwd: quantum.folder, env });
    expect(named.stdout).toBe("prod-token");
  });

  test("for a new passphrase too", async () => {
    const made = sandbox();
    made.write("fresh.age", await encrypted(FRESH_PASSPHRASE));
    const args = ["set-key-custodian-passphrase", "-u", ALICE.name, "--passphrase-file", made.alice];
    const changed = await pprotect([...args, "--new-passphrase-file", "fresh.age", "--key-type", "fast"], {
      cwd: made.folder,
      env: OURS,
    });
    expect(changed.status).toBe(0);
    expect(made.read().unlock({ name: ALICE.name, passphrase: FRESH_PASSPHRASE })).toBeDefined();
  });
});

describe("one that cannot be decrypted is refused with its name, and no other source is tried", () => {
  const refused = async (content: Uint8Array | string | undefined, env = OURS as Record<string, string>) => {
    const result = await get(await box(content), { ...env, PPROTECT_PASSPHRASE: ALICE.passphrase });
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toMatch(/^pprotect: [^\n]*alice\.age[^\n]*\n(?:hint: [^\n]+\n)?$/);
    return result.stderr;
  };

  test("without an identity", async () => {
    const message = await refused(undefined, {});
    expect(message).toContain("no age identity opens the passphrase file alice.age (looked in PPROTECT_AGE");
    expect(message).toContain("set PPROTECT_AGE_IDENTITY_FILE to the file");
  });

  test("to someone else", async () => {
    expect(await refused(await encrypted("x", await generateIdentity()))).toContain("no age identity opens");
  });

  test("damaged", async () => {
    const whole = await encrypted(ALICE.passphrase);
    expect(await refused(whole.with(-1, (whole.at(-1) ?? 0) ^ 1))).toContain("no age identity opens");
    expect(await refused(whole.subarray(0, 100))).toContain("no age identity opens");
    expect(await refused(armor.encode(whole).replace("-----END", "-----ENDE"))).toContain(
      "is a damaged age file",
    );
  });

  test("encrypted with a passphrase", async () => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase("p");
    encrypter.setScryptWorkFactor(1);
    const message = await refused(await encrypter.encrypt(ALICE.passphrase));
    expect(message).toContain("is encrypted with a passphrase, not to an age identity");
    expect(message).toContain("use --passphrase-command 'age -d alice.age'");
  });

  test("in plain text under an age file's name", async () => {
    expect(await refused(`${ALICE.passphrase}\n`)).toContain("is not encrypted with age, as its name says");
  });

  test("not UTF-8 when it is decrypted", async () => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(await identityToRecipient(identityIn(IDENTITY_FILE)));
    expect(await refused(await encrypter.encrypt(Uint8Array.of(0xff)))).toContain("is not UTF-8 text");
  });

  test("a file of identities that is not there, or a pipe", async () => {
    const made = await box();
    const missing = await get(made, { PPROTECT_AGE_IDENTITY_FILE: "missing" });
    expect(missing.stderr).toContain("cannot read missing: no such file or directory");
    await runProgram(["mkfifo", "pipe"], { cwd: made.folder });
    const pipe = await get(made, { PPROTECT_AGE_IDENTITY_FILE: "pipe" });
    expect(pipe.stderr).toContain("cannot read pipe: is not a regular file");
  });
});

describe("the program age is used for what pprotect cannot do itself", () => {
  const PLUGIN = { PPROTECT_AGE_IDENTITY_FILE: "plugin.txt" };

  /** A sandbox with an identity of a plugin, and a program named age in `bin`. */
  async function withAge(script: string): Promise<Sandbox> {
    const made = await box(await encrypted("x", await generateIdentity()));
    made.write("plugin.txt", "# a comment\nAGE-PLUGIN-TEST-1QQQ\n");
    mkdirSync(made.path("bin"));
    made.write("bin/age", `#!/bin/sh\n${script}\n`);
    chmodSync(made.path("bin/age"), 0o755);
    return made;
  }
  const inPath = (made: Sandbox): Record<string, string> => ({
    ...PLUGIN,
    PATH: `${made.path("bin")}:${process.env.PATH}`,
  });

  test("it gets the identities by file, the encrypted passphrase, and no credentials", async () => {
    const made = await withAge(`echo "$@" >seen; env >>seen; cat >file; echo ${ALICE.passphrase}`);
    const env = { ...inPath(made), PPROTECT_LEASE: "", PPROTECT_PASSPHRASE_COMMAND: "false" };
    expect(await get(made, env)).toMatchObject({ status: 0, stdout: "prod-token" });
    const seen = readFileSync(made.path("seen"), "utf8");
    expect(seen).toStartWith("--decrypt --identity plugin.txt\n");
    expect(seen).not.toContain("PPROTECT_");
    expect(readFileSync(made.path("file"))).toEqual(readFileSync(made.path("alice.age")));
  });

  test("not one in a relative directory of PATH, nor plugins there", async () => {
    const made = await withAge(`touch ran; echo ${ALICE.passphrase}`);
    const real = await withAge(`echo "$PATH" >path; echo ${ALICE.passphrase}`);
    for (const relative of ["bin", "./bin", "", "."]) {
      const path = `${relative}:${real.path("bin")}:${process.env.PATH}:${relative}`;
      expect((await get(made, { ...PLUGIN, PATH: path })).status).toBe(0);
      expect(readFileSync(made.path("path"), "utf8")).toStartWith(`${real.path("bin")}:`);
    }
    expect(existsSync(made.path("ran"))).toBe(false);
  });

  test.each([
    ["echo hunter2; exit 3", "age could not decrypt it (exit status 3)"],
    ["yes", "age printed more than 65536 bytes"],
    ["printf '\\377'", "is not UTF-8 text"],
    ["read -r answer </dev/tty || exit 5; echo $answer", "age could not decrypt it (exit status "],
  ])("its failure is an error: %s", async (script, message) => {
    const made = await withAge(script);
    const result = await get(made, inPath(made));
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toContain("hunter2");
  });

  test("it is ended when it takes too long", async () => {
    const made = await withAge("exec sleep 60");
    const before = { ...process.env };
    Object.assign(process.env, { PATH: inPath(made).PATH });
    try {
      const environment = { PPROTECT_AGE_IDENTITY_FILE: made.path("plugin.txt") };
      const context = { environment, environmentPrefix: "PPROTECT", mayAsk: false, timeoutMs: 200 };
      await expect(
        decryptPassphrase(readFileSync(made.path("alice.age")), "alice.age", context),
      ).rejects.toThrow("alice.age: age took longer than 0.2 seconds");
    } finally {
      process.env.PATH = before.PATH;
    }
  });

  test("without it, the hint says to install it", async () => {
    const made = await withAge("exit 1");
    const empty = made.path("empty");
    mkdirSync(empty);
    const result = await get(made, { ...PLUGIN, PATH: empty });
    expect(result.stderr).toContain("need the program age, which is not in PATH\nhint: install age");
  });
});
