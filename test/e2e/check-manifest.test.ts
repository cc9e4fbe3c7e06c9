import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { readAnswer } from "../support/output-schema.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const FIXTURES = resolve(import.meta.dir, "../fixtures/formats");
const IDENTITY = readFileSync(resolve(FIXTURES, "identity.txt"), "utf8").trim().split("\n").at(-1) ?? "";

const SECRETS = [
  { name: "mail" },
  { name: "port", from: ["env", "default"], default: "80SECRET" },
  { name: "db", from: ["sops"], sops: { key: "db.password" } },
  { name: "extra", from: ["env", "store"], required: false },
];

/** A store where dev has `mail` and `key`, and prod only `key`; with a manifest and a file of SOPS. */
function project(secrets: readonly unknown[] = SECRETS, more: object = { domain: "dev" }) {
  const box = sandbox(
    sampleStore()
      .addSecret("dev", "mail", "dev-mail-SECRET")
      .addSecret("dev", "key", "dev-key-SECRET")
      .addSecret("prod", "key", "prod-key-SECRET")
      .toString(),
  );
  mkdirSync(box.path(".git"));
  copyFileSync(resolve(FIXTURES, "sops/nested.yaml"), box.path("secrets.sops.yml"));
  box.write(".secrets.json", JSON.stringify({ ...more, secrets }));
  const check = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    pprotect(["check", ...args], { cwd: box.folder, env });
  return { ...box, check };
}

describe("check --manifest", () => {
  test("says where each value would come from, without values and without credentials", async () => {
    const box = project();
    const { status, stdout, stderr } = await box.check(["--manifest"]);
    expect([status, stdout]).toEqual([
      0,
      "MAIL: store: found (dev/mail)\nPORT: default: found (given)\n" +
        "DB: sops: found (key db.password of secrets.sops.yml, not decrypted)\nEXTRA: missing in dev, not required\n",
    ]);
    expect(stderr).toStartWith("protected.yaml: ok (");
    const known = await box.check(["--manifest"], { SOPS_AGE_KEY: IDENTITY, PORT: "" });
    expect(known.stdout).toContain(
      "PORT: env: found (variable PORT)\nDB: sops: found (key db.password of secrets.sops.yml)\n",
    );
    expect(stdout + stderr + known.stdout).not.toContain("SECRET");
  });

  test("--explain prints what each source has said", async () => {
    const { stdout } = await project().check(["--manifest", "--explain"]);
    expect(stdout).toContain(
      "PORT: default: found (given)\n  env: missing (variable PORT is not set)\n  default: found (given)\n",
    );
    expect(stdout).toContain(
      '  env: missing (variable EXTRA is not set)\n  store: missing (no secret "extra" in domain "dev")\n',
    );
  });

  test("reports what is missing where: dev has it, prod lacks it", async () => {
    const box = project([{ name: "mail" }, { name: "key" }], {});
    const { status, stdout, stderr } = await box.check(["--manifest", "--domain", "dev", "--domain", "prod"]);
    expect([status, stdout]).toEqual([
      1,
      "MAIL: store: found (dev/mail)\nKEY: store: found (dev/key)\nMAIL: missing in prod\nKEY: store: found (prod/key)\n",
    ]);
    expect(stderr).toContain("note: mail: dev has it; prod lacks it\n");
    expect(stderr).toContain('pprotect: .secrets.json:1: no secret "mail" in domain "prod"\n');
    const answer = readAnswer((await box.check(["--manifest", "--domain", "prod", "--json"])).stdout);
    expect([answer.ok, answer.error?.code]).toEqual([false, "no_such_secret"]);
    expect(answer.result.manifest.lacking).toEqual([{ name: "mail", has: ["dev"], lacks: ["prod"] }]);
    expect(answer.result.manifest.entries[0]).toMatchObject({
      name: "mail",
      domain: "prod",
      outcome: "missing",
      source: null,
    });
    expect((await box.check(["--manifest", "--domain", "dev"])).status).toBe(0);
  });

  test("reports a name that several domains have, and a source that fails", async () => {
    const box = project([{ name: "key" }, { ...SECRETS[2], sops: { file: "plain.yml", key: "a" } }], {});
    box.write("plain.yml", "a: plain\n");
    const { status, stdout, stderr } = await box.check(["--manifest"]);
    expect(status).toBe(1);
    expect(stdout).toContain('KEY: store: failed (several domains have a secret "key": dev, prod)\n');
    expect(stdout).toContain("DB: sops: failed (plain.yml:1: has no metadata of SOPS)\n");
    expect(stderr).toContain('.secrets.json:1: several domains have a secret "key": dev, prod');
  });

  test("is about another file too, and a manifest that cannot be used is an error", async () => {
    const box = project();
    box.write("other.json", JSON.stringify({ secrets: [{ name: "token" }] }));
    expect((await box.check(["--manifest=other.json"])).stdout).toBe("TOKEN: store: found (prod/token)\n");
    box.write("other.json", '{"secrets": [{"nam": "token"}]}');
    expect((await box.check(["--manifest=other.json"])).stderr).toContain(
      'other.json:1: an entry of "secrets" has no key "nam"',
    );
    expect((await box.check(["--domain", "dev"])).stderr).toContain(
      "--domain and --explain require --manifest",
    );
    expect((await box.check(["--manifest", "--domain", "nope"])).stderr).toContain('no domain "nope"');
    rmSync(box.path(".secrets.json"));
    expect((await box.check(["--manifest"])).stderr).toContain(
      "pprotect: cannot read .secrets.json: no such file or directory\nhint: write the list",
    );
  });

  test("runs no program: not even that of SOPS, which may ask servers that the file names", async () => {
    const box = project();
    mkdirSync(box.path("bin"));
    box.write("bin/sops", `#!/bin/sh\ntouch '${box.path("ran")}'\nexit 1\n`);
    chmodSync(box.path("bin/sops"), 0o755);
    const { stdout } = await box.check(["--manifest"], { PATH: `${box.path("bin")}:${process.env.PATH}` });
    expect(stdout).toContain("not decrypted");
    expect(await Bun.file(box.path("ran")).exists()).toBe(false);
  });

  test("opens nothing itself; with credentials, check has opened it before", async () => {
    const box = project([{ name: "mail" }]);
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
    const { status, stdout, stderr } = await box.check(["--manifest"], env);
    expect([status, stdout]).toEqual([0, "MAIL: store: found (dev/mail)\n"]);
    expect(stderr).toContain("opened as alice@example.com");
  });
});
