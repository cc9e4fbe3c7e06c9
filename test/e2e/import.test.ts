import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { GIT_IDENTITY } from "../support/git-identity.ts";
import { pprotect, type Result, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

const DOTENV =
  "# a comment\nAPI_URL=https://example.com\nexport MAIL_TOKEN='a b $HOME'\nKEY=\"line 1\nline 2\"\n";

function run(box: Sandbox, line: string, input = ""): Promise<Result> {
  return pprotect(["import", ...line.split(" ")], { cwd: box.folder, input });
}

function values(box: Sandbox, domain = "dev"): Record<string, string> {
  return secretsOf(box.read(), domain, ALICE);
}

const BEFORE = secretsOf(sampleStore(), "dev", ALICE);

async function inRepository(): Promise<{
  box: Sandbox;
  git: (...args: readonly string[]) => Promise<string>;
}> {
  const box = sandbox();
  const git = async (...args: readonly string[]) => {
    const result = await runProgram(["git", ...args], { cwd: box.folder, env: GIT_IDENTITY });
    if (result.status !== 0) throw new Error(result.stderr);
    return result.stdout;
  };
  await git("init", "-q", "-b", "main");
  await git("add", "protected.yaml");
  await git("commit", "-q", "-m", "store");
  return { box, git };
}

describe("import", () => {
  test("seals all entries in one write, without credentials", async () => {
    const { box, git } = await inRepository();
    box.write(".env", DOTENV);
    const result = await run(box, "dev .env");
    expect(result).toMatchObject({ status: 0, stdout: "" });
    expect(result.stderr).toBe(
      '.env:3: "MAIL_TOKEN" has a reference to another variable or a command: it is left as it is\n' +
        "Imported 3 secrets into dev (3 added, 0 updated, 0 skipped).\n",
    );
    expect(values(box)).toEqual({
      ...BEFORE,
      API_URL: "https://example.com",
      MAIL_TOKEN: "a b $HOME",
      KEY: "line 1\nline 2",
    });
    await git("add", "protected.yaml");
    await git("commit", "-q", "-m", "import");
    const checked = await pprotect(["git", "check", "HEAD~1..HEAD"], { cwd: box.folder, env: GIT_IDENTITY });
    expect(checked).toMatchObject({ status: 0, stderr: "pprotect: 1 commit checked, 0 findings\n" });
  });

  test.each(["dev -", "dev"])("reads standard input: %s", async (line) => {
    const box = sandbox();
    expect((await run(box, line, '{"db":{"port":5432},"on":true}')).status).toBe(0);
    expect(values(box)).toEqual({ ...BEFORE, db_port: "5432", on: "true" });
  });

  test("--dry-run lists names and changes nothing", async () => {
    const box = sandbox();
    box.write(".env", `${DOTENV}api-key=other\n`);
    const before = box.read().toString();
    const result = await run(box, "dev .env --dry-run --on-conflict update");
    expect(result).toMatchObject({
      status: 0,
      stdout: "add API_URL\nadd MAIL_TOKEN\nadd KEY\nupdate api-key\n",
    });
    expect(result.stderr).toEndWith("Dry run: 3 added, 1 updated, 0 skipped; nothing was changed.\n");
    expect(result.stderr + result.stdout).not.toMatch(/example\.com|line 1|a b/);
    expect(box.read().toString()).toBe(before);
  });

  test("names are chosen and written as the options say", async () => {
    const box = sandbox();
    box.write(".env", "APP_DB_PASSWORD=1\nAPP_API_URL=2\nAPP_DEBUG=3\nOTHER=4\n");
    const args = "dev .env --only APP_* --except *_DEBUG --strip-prefix APP_ --names kebab --prefix x-";
    expect((await run(box, args)).status).toBe(0);
    expect(values(box)).toEqual({ ...BEFORE, "x-db-password": "1", "x-api-url": "2" });
  });

  test("messages name standard input in one way", async () => {
    const box = sandbox();
    expect((await run(box, "dev -", "")).stderr).toBe("pprotect: standard input: is empty\n");
    expect((await run(box, "dev -", "A\n")).stderr).toContain("pprotect: standard input:1: ");
    expect((await run(box, "dev -", "A=\n")).stderr).toContain('standard input:1: "A" is empty\n');
  });

  test("--on-conflict: fail names every secret that is there, skip and update do what they say", async () => {
    const text = "api-key=changed\ndb-password=changed\nnew=1\n";
    const failing = sandbox();
    const before = failing.read().toString();
    const failed = await run(failing, "dev -", text);
    expect(failed).toMatchObject({ status: 1, stdout: "" });
    expect(failed.stderr).toBe(
      'pprotect: domain "dev" already has 2 of these secrets: api-key, db-password; nothing was changed\n' +
        "hint: --on-conflict update changes them, --on-conflict skip leaves them as they are\n",
    );
    expect(failing.read().toString()).toBe(before);
    const skipping = sandbox();
    expect((await run(skipping, "dev - --on-conflict skip", text)).status).toBe(0);
    expect(values(skipping)).toEqual({ ...BEFORE, new: "1" });
    const updating = sandbox();
    expect((await run(updating, "dev - --on-conflict=update", text)).status).toBe(0);
    expect(values(updating)).toEqual({ "api-key": "changed", "db-password": "changed", new: "1" });
  });

  test("every line that cannot be read is named, none with its content, and nothing is written", async () => {
    const box = sandbox();
    box.write(".env", "GOOD=1\nhunter2 hunter3\nALSO=2\n=hunter4\nOPEN='hunter5\n");
    const before = box.read().toString();
    const result = await run(box, "dev .env");
    expect(result).toMatchObject({ status: 1, stdout: "" });
    for (const line of [2, 4, 5]) expect(result.stderr).toContain(`.env:${line}: `);
    expect(result.stderr).not.toContain("hunter");
    expect(box.read().toString()).toBe(before);
  });

  test("of a file in another format, only the first lines are named", async () => {
    const box = sandbox();
    box.write(".env", "a line of text\n".repeat(57));
    const { status, stderr } = await run(box, "dev .env");
    expect([status, stderr.split("\n").length]).toEqual([1, 10 + 2 + 1]);
    expect(stderr).toContain(".env:10: is not of the form NAME=value\n47 more lines cannot be imported\n");
    expect(stderr).toContain(
      "pprotect: .env:1: is not of the form NAME=value (and 56 more: lines 2, 3, 4, 5, 6, …)",
    );
  });

  test("names that a store cannot hold are an error with a hint", async () => {
    const box = sandbox();
    const result = await run(box, "dev -", '{"a.b":1,"\\u001b[2J":2}');
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("--names kebab");
    expect(result.stderr).not.toContain("\x1b");
  });

  test("--json answers with names and notes, never with values", async () => {
    const box = sandbox();
    const result = await run(box, "dev - --json", `A=hunter2\nB=\nA=\${B}\n`);
    expect(JSON.parse(result.stdout)).toMatchObject({
      ok: true,
      result: {
        domain: "dev",
        format: "dotenv",
        added: ["A", "B"],
        updated: [],
        notes: [
          { kind: "empty", name: "B", line: 2 },
          { kind: "duplicate", name: "A", line: 3 },
          { kind: "reference", name: "A", line: 3 },
        ],
        dry_run: false,
        source_removed: false,
      },
    });
    expect(result.stdout + result.stderr).not.toContain("hunter2");
  });

  test("a Kubernetes Secret, and a file that never ends", async () => {
    const box = sandbox();
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: app}\ndata: {token: aHVudGVyMg==}\n";
    expect((await run(box, "prod -", secret.replace("token", "api-token"))).status).toBe(0);
    expect(values(box, "prod")).toMatchObject({ "api-token": "hunter2" });
    const endless = await run(box, "dev /dev/zero");
    expect(endless.stderr).toContain("/dev/zero: is larger than 64 MiB");
  });

  test.each([
    ["nowhere .env", 'no domain "nowhere"'],
    ["alice.pw", "the domain comes first: `pprotect import DOMAIN alice.pw`"],
    ["alice.pw dev", "the domain comes first: `pprotect import dev alice.pw`"],
    ["dev missing.env", "cannot read missing.env: no such file"],
    ["dev protected.yaml", "is the store itself"],
    ["dev . --json", "directory"],
  ])("%s is refused", async (line, message) => {
    const result = await run(sandbox(), line);
    expect(result.status).not.toBe(0);
    expect(result.stderr + result.stdout).toContain(message);
  });

  test("a thousand entries in one write", async () => {
    const box = sandbox();
    const entries = Array.from({ length: 1_000 }, (_, index) => `KEY_${index}=${index}\n`).join("");
    expect((await run(box, "prod -", entries)).status).toBe(0);
    expect(box.read().data.domains.get("prod")?.secrets.size).toBe(1_001);
  });
});

describe("import --remove-source", () => {
  test("overwrites and removes the file", async () => {
    const box = sandbox();
    const path = box.write(".env", DOTENV);
    const result = await run(box, "dev .env --remove-source");
    expect(result.status).toBe(0);
    expect(result.stderr).toEndWith("Removed .env. On many disks the old content can still be recovered.\n");
    expect(existsSync(path)).toBe(false);
  });

  test("warns when git has the file in its history, on any branch", async () => {
    const { box, git } = await inRepository();
    await git("checkout", "-q", "-b", "other");
    box.write(".env", DOTENV);
    await git("add", ".env");
    await git("commit", "-q", "-m", "oops");
    const id = (await git("rev-parse", "--short", "HEAD")).trim();
    await git("checkout", "-q", "main");
    box.write(".env", DOTENV);
    const removed = await run(box, "dev .env --remove-source");
    expect(removed.stderr).toContain(`pprotect: warning: git has .env in its history (commit ${id})`);
    expect(removed.stderr).not.toContain("still tracks");
    await git("checkout", "-q", "other");
    await git("checkout", "-q", "main", "protected.yaml");
    const tracked = await run(box, "dev .env --remove-source --on-conflict update");
    expect(tracked.stderr).toContain("git still tracks .env; remove it there too: git rm --cached -- .env\n");
    expect(existsSync(box.path(".env"))).toBe(false);
  });

  test.each([
    ["dev - --remove-source", "needs a file, not standard input"],
    ["dev .env --remove-source --only API_URL", "--remove-source would lose"],
    ["dev link.env --remove-source", "is not a regular file"],
  ])("%s is refused before anything is imported", async (line, message) => {
    const box = sandbox();
    box.write(".env", DOTENV);
    symlinkSync(".env", box.path("link.env"));
    const before = box.read().toString();
    const result = await run(box, line, "A=1\n");
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(message);
    expect(box.read().toString()).toBe(before);
  });

  test("leaves a file in place of which a part was not imported", async () => {
    const box = sandbox();
    box.write(".env", "api-key=other\nnew=1\n");
    const result = await run(box, "dev .env --remove-source --on-conflict skip");
    expect(result.status).toBe(0);
    expect(result.stderr).toContain("was left in place: a part of it was not imported");
    expect(readFileSync(box.path(".env"), "utf8")).toBe("api-key=other\nnew=1\n");
  });

  test("keeps the file when the import fails", async () => {
    const box = sandbox();
    box.write(".env", "api-key=other\n");
    expect((await run(box, "dev .env --remove-source")).status).toBe(1);
    expect(existsSync(box.path(".env"))).toBe(true);
  });
});

describe("export", () => {
  const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
  const exported = (box: Sandbox, line: string, more: Record<string, string> = env) =>
    pprotect(["export", ...line.split(" ")], { cwd: box.folder, env: more });

  test.each([
    ["json", '{\n  "token": "prod-token"\n}\n'],
    ["yaml", 'token: "prod-token"\n'],
    ["toml", 'token = "prod-token"\n'],
    ["dotenv", "token=prod-token\n"],
    ["env", "token=prod-token\n"],
    ["shell", "export token='prod-token'\n"],
    ["fish", "set -gx token 'prod-token';\n"],
    ["powershell", `\${env:token} = 'prod-token'\n`],
    ["docker", "token=prod-token\n"],
    ["systemd", 'token="prod-token"\n'],
    ["gitlab", "token=prod-token\n"],
  ])("--format %s", async (format, text) => {
    expect(await exported(sandbox(), `prod --format ${format}`)).toMatchObject({
      status: 0,
      stdout: text,
      stderr: "",
    });
  });

  test("k8s has the name of the domain, or --secret-name", async () => {
    const box = sandbox();
    expect((await exported(box, "prod --format k8s")).stdout).toContain('name: "prod"\n');
    expect((await exported(box, "prod --format k8s --secret-name app")).stdout).toContain('name: "app"\n');
    expect((await exported(box, "prod dev --format k8s")).stderr).toContain("needs --secret-name");
    expect((await exported(box, "prod --format json --secret-name app")).stderr).toContain(
      "needs --format k8s",
    );
  });

  test("github masks on standard output, and writes to the end of $GITHUB_ENV", async () => {
    const box = sandbox(sampleStore().setSecret("prod", "token", "line 1\nline 2").toString());
    const file = box.write("github-env", "BEFORE=1\n");
    const result = await exported(box, "prod --format github", { ...env, GITHUB_ENV: file });
    expect(result.stdout).toBe("::add-mask::line 1\n::add-mask::line 2\n");
    expect(readFileSync(file, "utf8")).toMatch(
      /^BEFORE=1\ntoken<<(pprotect_[0-9a-f]{32})\nline 1\nline 2\n\1\n$/,
    );
    const nowhere = await exported(box, "prod --format github");
    expect(nowhere.stderr).toContain("$GITHUB_ENV");
    const json = await exported(box, "prod --format github --json", { ...env, GITHUB_ENV: file });
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: "usage" } });
  });

  test("example has names without values, and needs no credentials", async () => {
    expect(await exported(sandbox(), "dev --uppercase --format example", {})).toMatchObject({
      status: 0,
      stdout: "API_KEY=\nDB_PASSWORD=\n",
      stderr: "",
    });
  });

  test("without a domain takes the secrets of the manifest, as env does", async () => {
    const box = sandbox();
    box.write(".secrets.json", '{"secrets":[{"name":"token","env_var":"T","domain":"prod"}]}');
    expect((await exported(box, "--format dotenv")).stdout).toBe("T=prod-token\n");
    expect((await pprotect(["env"], { cwd: box.folder, env })).stdout).toBe("T=prod-token\n");
  });

  test("several domains, by arguments and options", async () => {
    const box = sandbox();
    expect(JSON.parse((await exported(box, "prod --domain dev --format json")).stdout)).toEqual({
      ...BEFORE,
      token: "prod-token",
    });
  });

  test("--out writes a private file", async () => {
    const box = sandbox();
    mkdirSync(box.path("state"));
    const more = { ...env, XDG_STATE_HOME: box.path("state") };
    const result = await exported(box, "prod --format docker --out prod.env", more);
    expect(result).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(box.path("prod.env"), "utf8")).toBe("token=prod-token\n");
    expect((await pprotect(["cleanup"], { cwd: box.folder, env: more })).stdout).toBe("prod.env\n");
  });

  test("refuses what a format cannot hold, by name and before any of it is printed", async () => {
    const box = sandbox(sampleStore().setSecret("prod", "note", "a $HOME b").toString());
    const result = await exported(box, "prod --format dotenv");
    expect(result).toMatchObject({ status: 1, stdout: "" });
    expect(result.stderr).toStartWith('pprotect: secret "note" has a $ ');
    const json = await exported(box, "prod --format dotenv --json");
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, error: { code: "unrepresentable" } });
  });

  test("needs --format", async () => {
    expect((await exported(sandbox(), "prod --json")).stdout).toContain("export needs --format");
  });
});

test("what is exported as dotenv or JSON is imported again", async () => {
  const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
  const box = sandbox();
  for (const format of ["json", "yaml"]) {
    const { stdout } = await pprotect(["export", "dev", "--format", format], { cwd: box.folder, env });
    expect((await run(box, `prod - --on-conflict update --format ${format}`, stdout)).status).toBe(0);
    expect(values(box, "prod")).toMatchObject(BEFORE);
  }
});
