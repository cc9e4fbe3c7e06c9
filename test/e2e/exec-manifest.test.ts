import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const MANIFEST = JSON.stringify({
  secrets: [
    { name: "api-key", env_var: "MY_KEY" },
    { name: "token", env_var: "MY_TOKEN", domain: "prod", ttl: "30m" },
  ],
  domain: "dev",
  client_id: "my-project",
});

/** A store with a manifest beside it. */
function project(manifest = MANIFEST) {
  const box = sandbox();
  box.write(".secrets.json", manifest);
  mkdirSync(box.path("sub/folder"), { recursive: true });
  // A store further up is only looked for within a repository.
  mkdirSync(box.path(".git"));
  const exec = (options: readonly string[], command: readonly string[], cwd = box.folder) =>
    pprotect(["exec", ...options, "--", ...command], { cwd, env });
  return { ...box, exec };
}

const inBoth = () =>
  sampleStore().addSecret("dev", "shared", "of-dev").addSecret("prod", "shared", "of-prod");

const PRINT = ["sh", "-c", 'echo "$MY_KEY $MY_TOKEN"; env | grep -c -e dev-api -e prod-tok -e HOME='];

describe("exec without --domain takes the manifest beside the store", () => {
  test("its secrets, of two domains, under its names, and nothing more", async () => {
    const { exec } = project();
    expect(await exec([], PRINT)).toMatchObject({
      status: 0,
      stderr: "",
      stdout: "dev-api-key prod-token\n3\n",
    });
    expect((await exec([], ["env"])).stdout).not.toContain("db-password");
  });

  test("from a subdirectory, and with --file beside that store", async () => {
    const box = project();
    expect((await box.exec([], PRINT, box.path("sub/folder"))).stdout).toStartWith(
      "dev-api-key prod-token\n",
    );
    const elsewhere = sandbox(null).folder;
    expect((await box.exec(["--file", box.store], PRINT, elsewhere)).stdout).toStartWith("dev-api-key");
  });

  test("but not with --domain", async () => {
    const { stdout } = await project("not even JSON").exec(["--domain", "dev"], ["printenv", "api-key"]);
    expect(stdout).toBe("dev-api-key\n");
  });

  test("whose uppercase names the variables of --domain, whatever else is in it, for what prints them too", async () => {
    const { exec, folder } = project('\ufeff{"uppercase": true, "other": 1}');
    expect((await exec(["--domain", "dev"], ["printenv", "API_KEY"])).stdout).toBe("dev-api-key\n");
    const listed = ["export", "dev", "--only", "api-key", "--format", "example"];
    expect((await pprotect(listed, { cwd: folder, env })).stdout).toContain("API_KEY=");
    const off = project('{"uppercase": false}');
    expect((await off.exec(["--domain", "dev"], ["printenv", "api-key"])).stdout).toBe("dev-api-key\n");
    const wrong = await project('{"uppercase": "yes"}').exec(["--domain", "dev"], ["echo", "ran"]);
    expect([wrong.stdout, wrong.stderr]).toEqual([
      "",
      'pprotect: .secrets.json: "uppercase" must be true or false\n',
    ]);
  });

  test("and reports what it looked for when there is none", async () => {
    const box = project();
    rmSync(box.path(".secrets.json"));
    const { status, stderr } = await box.exec([], PRINT);
    expect([status, stderr]).toEqual([
      1,
      "pprotect: exec needs --domain, or a .secrets.json beside the store\nhint: for example: `pprotect exec --domain prod -- ./server`\n",
    ]);
  });

  test.each(["--only=a*", "--except=a*", "--prefix=P", "--uppercase", "--override"])(
    "and takes no %s, which would say it otherwise",
    async (option) => {
      const { status, stdout, stderr } = await project().exec([option], ["echo", "ran"]);
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toContain("a manifest (.secrets.json) cannot be combined with");
    },
  );
});

describe("--manifest", () => {
  test("names another file; --domain is for the entries that name none", async () => {
    const box = project("");
    box.write("other.json", JSON.stringify({ secrets: [{ name: "shared", env_var: "T" }] }));
    box.write("protected.yaml", inBoth().toString());
    const run = (...options: readonly string[]) =>
      box.exec(["--manifest", "other.json", ...options], ["printenv", "T"]);
    expect((await run("--domain", "prod")).stdout).toBe("of-prod\n");
    expect((await run()).stderr).toContain('other.json:1: several domains have a secret "shared": dev, prod');
    expect((await run("--domain", "prod", "--domain", "dev")).stderr).toContain(
      "a manifest (other.json) cannot be combined with",
    );
  });

  test("that is missing, a directory, or endless is refused", async () => {
    const box = project();
    symlinkSync("/dev/zero", join(box.folder, "endless.json"));
    const said = async (file: string) => (await box.exec(["--manifest", file], ["echo", "ran"])).stderr;
    expect(await said("nope.json")).toBe("pprotect: cannot read nope.json: no such file or directory\n");
    expect(await said("sub")).toBe("pprotect: cannot read sub: is a directory\n");
    expect(await said("endless.json")).toContain("endless.json: is not a regular file");
  });
});

test("a mistake in a manifest is reported with its line, before the prompt for a passphrase, and nothing runs", async () => {
  const box = project(`{"domain": "dev", "secrets": [\n{"name": "api-kye", "env_var": "A"}]}`);
  const { status, stdout, stderr } = await pprotect(["exec", "--", "echo", "ran"], { cwd: box.folder });
  expect([status, stdout, stderr]).toEqual([
    1,
    "",
    'pprotect: .secrets.json:2: no secret "api-kye" in domain "dev"\nhint: did you mean "api-key"?\n',
  ]);
});
