import { afterAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { binary } from "../support/binary.ts";
import { inKeyring, storeEntry, UNLOCK } from "../support/keyring.ts";
import { readAnswer } from "../support/output-schema.ts";
import { needs } from "../support/programs.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";

afterAll(removeFolders);

const FIXTURES = resolve(import.meta.dir, "../fixtures/formats");
const IDENTITY = readFileSync(resolve(FIXTURES, "identity.txt"), "utf8").trim().split("\n").at(-1) ?? "";
const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

const SECRETS = [
  { name: "api-key", description: "of the mail service\nrotate it" },
  { name: "port", from: ["env", "default"], default: "8080", description: "where it listens" },
  { name: "db", from: ["env", "sops"], sops: { key: "db.password" } },
  { name: "extra", from: ["env"], required: false },
];

/** A repository with a store, a file of SOPS and a manifest beside them. */
function project(secrets: readonly unknown[] = SECRETS) {
  const box = sandbox();
  mkdirSync(box.path(".git"));
  copyFileSync(resolve(FIXTURES, "sops/nested.yaml"), box.path("secrets.sops.yml"));
  box.write(".secrets.json", JSON.stringify({ version: 1, secrets }));
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, input = "") =>
    pprotect(args, { cwd: box.folder, env, input });
  return { ...box, run };
}

const KEYS = { ...AS_ALICE, SOPS_AGE_KEY: IDENTITY };
const VALUES = 'echo "$API_KEY|$PORT|$DB|$(printenv EXTRA || echo none)"';

describe("a manifest that says where values come from", () => {
  test("gives a program the first value of each entry, and leaves out what is not required", async () => {
    const box = project();
    const exec = (env: Readonly<Record<string, string>>) => box.run(["exec", "--", "sh", "-c", VALUES], env);
    expect((await exec(KEYS)).stdout).toBe("dev-api-key|8080|s3cret: #1|none\n");
    const env = { ...AS_ALICE, PORT: "", DB: "from env", EXTRA: "x" };
    expect((await exec(env)).stdout).toBe("dev-api-key||from env|x\n");
  });

  test("asks nobody where the store is not needed", async () => {
    const box = project(SECRETS.slice(1));
    const { status, stdout } = await box.run(["env"], { SOPS_AGE_KEY: IDENTITY });
    expect([status, stdout]).toEqual([0, "DB='s3cret: #1'\nPORT=8080\n"]);
  });

  test("stops where a source fails, with the line of the entry and before the passphrase", async () => {
    const box = project([SECRETS[0], { ...SECRETS[2], from: ["sops", "default"], default: "dev" }]);
    const { status, stdout, stderr } = await box.run(["exec", "--", "echo", "ran"]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(".secrets.json:1: secrets.sops.yml: no age identity for");
  });

  test("gives values to export and inject, and descriptions to the example, without credentials", async () => {
    const box = project();
    expect((await box.run(["export", "--format", "json"], KEYS)).stdout).toBe(
      '{\n  "API_KEY": "dev-api-key",\n  "DB": "s3cret: #1",\n  "PORT": "8080"\n}\n',
    );
    const template = "{{api-key}} {{port}} {{prod/token}}";
    const injected = await box.run(["inject", "-"], KEYS, template);
    expect(injected.stdout).toBe("dev-api-key 8080 prod-token");
    const answer = readAnswer((await box.run(["inject", "-", "--json"], KEYS, "{{port}}")).stdout);
    expect(answer.result.secrets).toEqual([{ domain: null, name: "port", source: "default" }]);
    // Nothing has them, and nobody has to.
    const example = await box.run(["export", "--format", "example"]);
    expect([example.status, example.stdout]).toEqual([
      0,
      "# of the mail service\n# rotate it\nAPI_KEY=\nDB=\nEXTRA=\n# where it listens\nPORT=\n",
    ]);
  });

  test("asks for files, and what is on the line decides their names", async () => {
    const box = project([
      { name: "api-key", as_file: "key.txt" },
      { name: "port", from: ["default"], default: "8080", as_file: true },
    ]);
    const show = 'cat "$API_KEY" "$PORT"; basename "$API_KEY"';
    expect((await box.run(["exec", "--", "sh", "-c", show], KEYS)).stdout).toBe("dev-api-key8080key.txt\n");
    const named = await box.run(["exec", "--as-file", "api-key=other", "--", "sh", "-c", show], KEYS);
    expect(named.stdout).toBe("dev-api-key8080other\n");
  });

  test("has what every source gave redacted, but for defaults, which are not secret", async () => {
    const box = project();
    const { stdout } = await box.run(["exec", "--redact", "--", "sh", "-c", VALUES], KEYS);
    expect(stdout).toBe("[REDACTED:api-key]|8080|[REDACTED:db]|none\n");
  });
});

describe("a hostile manifest", () => {
  const refused = async (
    entry: unknown,
    env: Readonly<Record<string, string>> = {},
    prepare?: (folder: string) => void,
  ) => {
    const box = project([entry]);
    prepare?.(box.folder);
    const { status, stdout, stderr } = await box.run(["exec", "--", "sh", "-c", "echo ran; env"], env);
    expect([status, stdout]).toEqual([1, ""]);
    return stderr;
  };

  test("gets no credentials of pprotect", async () => {
    const env = { ...AS_ALICE, ACME_PASSPHRASE: "pw", PPROTECT_ENV_PREFIX: "ACME" };
    expect(await refused({ name: "a", env_var: "PPROTECT_PASSPHRASE", from: ["env"] }, env)).toContain(
      '"env_var" is PPROTECT_PASSPHRASE, a setting of pprotect',
    );
    expect(await refused({ name: "acme-passphrase", from: ["env"] }, env)).toContain("a setting of pprotect");
    const keyring = { service: "pprotect", account: "a" };
    expect(await refused({ name: "a", from: ["keyring"], keyring })).toContain("belongs to pprotect");
  });

  test("sets no variable that runs code, under whatever source and spelling", async () => {
    for (const name of ["ld-preload", "node-options", "bash-env", "path"])
      expect(await refused({ name, from: ["default"], default: "/tmp/x.so" })).toContain("other code");
  });

  test("reads no file outside of the repository, no device, and nothing without an end", async () => {
    const sops = (file: string) => ({ name: "a", from: ["sops"], sops: { file, key: "k" } });
    expect(await refused(sops("/etc/passwd"))).toContain("the path must be relative");
    expect(await refused(sops("../../../../etc/passwd"))).toContain("outside of the repository");
    const link = (target: string) => (folder: string) => symlinkSync(target, `${folder}/link`);
    expect(await refused(sops("link"), {}, link("/etc/passwd"))).toContain("outside of the repository");
    expect(await refused(sops("link"), {}, link("/dev/zero"))).toContain("cannot read link");
    expect(await refused(sops("link"), {}, link("/proc/self/environ"))).toContain("cannot read link");
  });

  test("for a later pprotect is not read in part", async () => {
    const box = project();
    box.write(".secrets.json", '{"version": 2, "secrets": []}');
    const { stderr } = await box.run(["env"]);
    expect(stderr).toBe(
      "pprotect: .secrets.json:1: this pprotect knows version 1 of the manifest\nhint: install a later pprotect\n",
    );
  });
});

test.if(needs("dbus-run-session", "dbus-daemon", "dbus-send", "gnome-keyring-daemon"))(
  "an entry of a real keyring is a source",
  async () => {
    const box = project([
      { name: "db", from: ["keyring", "default"], keyring: { service: "app", account: "db" }, default: "x" },
    ]);
    const script = `${UNLOCK}; ${storeEntry("app", "db", "of the keyring")}; '${binary()}' env`;
    const { stdout, stderr } = await inKeyring(script, { cwd: box.folder });
    expect([stdout, stderr]).toEqual(["DB='of the keyring'\n", ""]);
  },
  60_000,
);
