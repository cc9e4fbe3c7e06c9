import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { binary } from "../support/binary.ts";
import { inKeyring, START_LOCKED, storeEntry, UNLOCK } from "../support/keyring.ts";
import { readAnswer } from "../support/output-schema.ts";
import { needs } from "../support/programs.ts";
import { pprotect } from "../support/run.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

const FIXTURES = resolve(import.meta.dir, "../fixtures/formats");
const IDENTITY = readFileSync(resolve(FIXTURES, "identity.txt"), "utf8").trim().split("\n").at(-1) ?? "";
const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const ALL = "override,env,keyring,store,sops,default";

/** A repository with a store and a file of SOPS. */
function project() {
  const box = sandbox();
  mkdirSync(box.path(".git"));
  copyFileSync(resolve(FIXTURES, "sops/nested.yaml"), box.path("secrets.sops.yml"));
  const get = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input = "") =>
    pprotect(["get", ...args], { cwd: box.folder, env, input });
  return { ...box, get };
}

describe("get --from", () => {
  test("gives the value of the first source that has it", async () => {
    const box = project();
    const env = { ...AS_ALICE, SOPS_AGE_KEY: IDENTITY };
    const value = async (name: string, more: readonly string[] = [], extra = {}, input = "") => {
      const { stdout, stderr } = await box.get([name, "--from", ALL, ...more], { ...env, ...extra }, input);
      expect(stderr).toBe("");
      return stdout;
    };
    expect(await value("api-key")).toBe("dev-api-key");
    expect(await value("dev/api-key", [], { API_KEY: "of env" })).toBe("of env");
    expect(await value("api-key", ["--override-file", "-"], { API_KEY: "of env" }, "over")).toBe("over");
    expect(await value("empty")).toBe("");
    expect(await value("unicode")).toBe("pässwörd 漢字 🎲");
    expect(await value("nope", ["--default", "d"])).toBe("d");
    expect(await value("token", ["--domain", "prod"])).toBe("prod-token");
  });

  test("in another order, the other value; without the store, nobody is asked and it need not be there", async () => {
    const box = project();
    const env = { API_KEY: "of env" };
    expect((await box.get(["api-key", "--from", "store,env"], { ...AS_ALICE, ...env })).stdout).toBe(
      "dev-api-key",
    );
    rmSync(box.store);
    expect((await box.get(["api-key", "--from", "env,store"], env)).stdout).toBe("of env");
  });

  test("takes what the manifest says of the name", async () => {
    const box = project();
    box.write(
      ".secrets.json",
      JSON.stringify({
        secrets: [
          { name: "db", env_var: "MY_DB", from: ["env", "sops"], sops: { key: "db.password" } },
          { name: "port", from: ["default"], default: "8080" },
        ],
      }),
    );
    const env = { SOPS_AGE_KEY: IDENTITY };
    expect((await box.get(["db", "--from", "env,sops"], { ...env, MY_DB: "x" })).stdout).toBe("x");
    expect((await box.get(["db", "--from", "env,sops"], env)).stdout).toBe("s3cret: #1");
    expect((await box.get(["port", "--from", "env,default"])).stdout).toBe("8080");
    const explained = await box.get(["db", "--explain"], env);
    expect(explained.stdout).toBe(
      "env: missing (variable MY_DB is not set)\nsops: found (key db.password of secrets.sops.yml)\n",
    );
  });

  test("stops at a source that fails: a wrong passphrase does not give a default", async () => {
    const box = project();
    const env = { ...AS_ALICE, PPROTECT_PASSPHRASE: "wrong" };
    const args = ["api-key", "--from", "env,store,default", "--default", "dev-value"];
    const { status, stdout, stderr } = await box.get(args, env);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("wrong");
    const { stdout: lines } = await box.get([...args, "--explain"], env);
    expect(lines).toMatch(/^env: missing .*\nstore: failed \(.*\)\ndefault: not tried\n$/);
  });

  test("says what was tried when no source has it", async () => {
    const { status, stderr } = await project().get(["nope", "--from", "env,store,sops,default"], {
      SOPS_AGE_KEY: IDENTITY,
    });
    expect([status, stderr]).toEqual([
      1,
      'pprotect: no source has "nope"\nhint: env: variable NOPE is not set; store: no domain has a secret "nope"; sops: no key nope of secrets.sops.yml; default: not given\n',
    ]);
  });

  test("--explain prints each source's outcome and never the value, also with --json", async () => {
    const box = project();
    const args = ["api-key", "--from", ALL, "--explain"];
    const { stdout } = await box.get(args, AS_ALICE);
    expect(stdout).toBe(
      "override: missing (not given)\nenv: missing (variable API_KEY is not set)\n" +
        "keyring: missing (.secrets.json names no entry of the keyring)\nstore: found (dev/api-key)\n" +
        "sops: not tried\ndefault: not tried\n",
    );
    const answer = readAnswer((await box.get([...args, "--json"], { API_KEY: "SECRET" })).stdout);
    expect(answer.result).toMatchObject({ domain: null, secret: "api-key", source: "env" });
    expect(JSON.stringify(answer)).not.toContain("SECRET");
    const missing = readAnswer((await box.get(["nope", "--explain", "--json"])).stdout);
    expect([missing.ok, missing.error?.code, missing.result.source]).toEqual([false, "no_such_secret", null]);
    const got = readAnswer((await box.get(["api-key", "--from", ALL, "--json"], AS_ALICE)).stdout);
    expect(got.result).toEqual({ domain: "dev", secret: "api-key", value: "dev-api-key", source: "store" });
  });

  test.each([
    [["api-key", "--from", "vault"], '--from: there is no source "vault"'],
    [["api-key", "--from", "env,env"], 'source "env" is given twice'],
    [["api-key", "--from", ""], 'there is no source ""'],
    [["--from", "env"], "no secret name given"],
    [["a b", "--from", "env"], "invalid secret name"],
    [["api-key", "--default", "x"], "--override-file and --default require --from"],
    [["api-key", "--from", "env", "--rev", "HEAD"], "cannot be used with --rev"],
    [["pprotect-passphrase", "--from", "env"], "is a setting of pprotect, not a secret"],
  ])("refuses %j", async (args, message) => {
    const { status, stdout, stderr } = await project().get(args, AS_ALICE);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
  });
});

test.if(needs("dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"))(
  "a locked keyring ends get, and another value is not taken",
  async () => {
    const box = project();
    const keyring = { service: "app", account: "db" };
    box.write(".secrets.json", JSON.stringify({ secrets: [{ name: "db", from: ["keyring"], keyring }] }));
    const home = emptyFolder();
    const get = `'${binary()}' get db --from keyring,default --default other`;
    const options = { home, cwd: box.folder };
    const unlocked = await inKeyring(
      `${UNLOCK}; ${storeEntry("app", "db", "of the keyring")}; ${get}`,
      options,
    );
    expect([unlocked.status, unlocked.stdout]).toEqual([0, "of the keyring"]);
    const locked = await inKeyring(`${START_LOCKED}; ${get}`, options);
    expect([locked.status, locked.stdout, locked.stderr]).toEqual([
      1,
      "",
      expect.stringContaining("the keyring is locked"),
    ]);
  },
  60_000,
);
