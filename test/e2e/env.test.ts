import { afterAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { envProject, TEXT } from "../support/env-project.ts";
import { runProgram } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

/** The files of a folder, but for git's own. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== ".git")
    .toSorted();

describe("env prints", () => {
  test.each([
    [[], TEXT],
    [["--output-format", "shell"], "export API_KEY='dev-api-key'\nexport TOKEN='prod-token'\n"],
    [["--output-format", "json"], '{\n  "API_KEY": "dev-api-key",\n  "TOKEN": "prod-token"\n}\n'],
    [
      ["--domain", "dev", "--uppercase", "--only", "db*", "--format", "shell"],
      "export DB_PASSWORD='it'\\''s \"dev\" $HOME'\n",
    ],
  ])("%j", async (options, expected) => {
    const { run } = await envProject({ git: false });
    expect(await run("env", ...options)).toMatchObject({ status: 0, stdout: expected, stderr: "" });
  });

  test("what a shell reads back to the byte", async () => {
    const box = await envProject({ git: false });
    const value = 'it\'s "$HOME" `id` \\ \n two lines\t!';
    box.write("protected.yaml", sampleStore().setSecret("dev", "api-key", value).toString());
    const { stdout } = await box.run("env", "--output-format", "shell");
    const back = await runProgram(["sh", "-c", `${stdout}\nprintf %s "$API_KEY"`], { cwd: box.folder });
    expect(back.stdout).toBe(value);
  });

  test("nothing when a name cannot be a variable", async () => {
    const { run } = await envProject({ git: false });
    const { status, stdout, stderr } = await run("env", "--domain", "dev");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(
      'secret "api-key" is not a valid variable name, so dotenv format cannot hold it',
    );
  });

  test("one envelope with --json", async () => {
    const { run } = await envProject({ git: false });
    expect(JSON.parse((await run("env", "--json")).stdout)).toEqual({
      ok: true,
      command: "env",
      result: {
        variables: [
          { name: "API_KEY", value: "dev-api-key" },
          { name: "TOKEN", value: "prod-token" },
        ],
      },
      next_actions: [],
    });
  });
});

describe("env --out", () => {
  test("writes a file that only its owner can read, whatever the umask, and no other file", async () => {
    const box = await envProject();
    const before = filesIn(box.folder);
    for (const umask of ["000", "022", "777"]) {
      const { status, stdout } = await box.shell(`umask ${umask}; exec '${binary()}' env --out .env`);
      expect([status, stdout]).toEqual([0, ""]);
      expect(statSync(box.dotenv).mode & 0o777).toBe(0o600);
      expect(box.read(".env")).toBe(TEXT);
    }
    expect(filesIn(box.folder)).toEqual([...before, ".env"].toSorted());
  });

  test("reports it, and with --json the file and the variables, but no value", async () => {
    const box = await envProject();
    expect((await box.run("env", "--out", ".env")).stderr).toContain("Wrote .env");
    const { stdout } = await box.run("env", "--out", ".env", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      result: { file: box.dotenv, variables: [{ name: "API_KEY" }, { name: "TOKEN" }] },
    });
    expect(stdout).not.toContain("dev-api-key");
  });

  test("writes only files that git ignores", async () => {
    const box = await envProject({ ignored: "*.other\n" });
    mkdirSync(box.path("sub"));
    const { status, stderr } = await box.run("env", "--out", "sub/.env");
    expect([status, stderr]).toEqual([
      1,
      'pprotect: git does not ignore sub/.env, so its secrets could be committed\nhint: add a line "/sub/.env" to .gitignore\n',
    ]);
    expect(existsSync(box.path("sub/.env"))).toBe(false);
    expect((await box.run("env", "--out", ".env", "--force")).status).toBe(1);
    expect((await box.run("env", "--out", "x.other")).status).toBe(0);
  });

  test("needs a name for it", async () => {
    const { run } = await envProject();
    expect(await run("env", "--out", "")).toMatchObject({
      status: 1,
      stderr: "pprotect: env: --out is empty\nhint: give the path: --out FILE\n",
    });
  });

  test("asks for no passphrase before it knows", async () => {
    const box = await envProject({ ignored: "" });
    const { stderr } = await box.run("env", "--out", ".env", "--ignore-env", "--non-interactive");
    expect(stderr).toContain("git does not ignore .env");
  });

  test("not where the file is tracked although a rule ignores it", async () => {
    const box = await envProject();
    box.write(".env", "EXAMPLE=1\n");
    await box.shell("git add -f .env");
    expect((await box.run("env", "--out", ".env", "--force")).stderr).toBe(
      "pprotect: git tracks .env, so its secrets could be committed\nhint: `git rm --cached .env` stops tracking it\n",
    );
    expect(box.read(".env")).toBe("EXAMPLE=1\n");
    await box.shell("git rm -q --cached .env");
    expect((await box.run("env", "--out", ".env", "--force")).status).toBe(0);
  });

  test("not in a repository that git cannot read, nor in git's own directory", async () => {
    const box = await envProject({ git: false });
    box.write(".git", "gitdir: nowhere\n");
    expect((await box.run("env", "--out", ".env")).stderr).toContain("not a git repository: ");
    const other = await envProject();
    expect((await other.run("env", "--out", ".git/env")).stderr).toContain(
      "is in a git repository, but not in a work tree",
    );
  });

  test("where a link leads into a repository, that repository decides", async () => {
    const inside = await envProject({ ignored: "" });
    const outside = await envProject({ git: false });
    symlinkSync(inside.folder, outside.path("link"));
    expect((await outside.run("env", "--out", "link/.env")).stderr).toContain(
      "git does not ignore link/.env",
    );
  });

  test("outside of any repository no commit can take it", async () => {
    const box = await envProject({ git: false });
    expect((await box.run("env", "--out", ".env")).status).toBe(0);
    expect(box.read(".env")).toBe(TEXT);
  });
});

describe("an existing file", () => {
  test("is never the store, even with --force, under whatever name", async () => {
    const box = await envProject({ git: false });
    symlinkSync(box.folder, join(box.folder, "link"));
    mkdirSync(box.path("moved"));
    renameSync(box.path("protected.yaml"), box.path("moved/store.yaml"));
    symlinkSync("moved/store.yaml", box.path("protected.yaml"));
    const before = box.read("protected.yaml");
    for (const name of ["protected.yaml", "link/protected.yaml", "moved/store.yaml"]) {
      const { status, stderr } = await box.run("env", "--out", name, "--force");
      expect([status, stderr]).toEqual([
        1,
        `pprotect: ${name} is the store itself; plaintext secrets are not written there\nhint: name another file\n`,
      ]);
    }
    expect(box.read("protected.yaml")).toBe(before);
  });

  test("is replaced when pprotect wrote it and it is unchanged", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    expect((await box.run("env", "--out", ".env", "--output-format", "shell")).status).toBe(0);
    expect(box.read(".env")).toStartWith("export ");
  });

  test("is kept when pprotect did not write it, unless --force", async () => {
    const box = await envProject();
    box.write(".env", "MINE=1\n");
    const { status, stderr } = await box.run("env", "--out", ".env");
    expect([status, stderr]).toEqual([
      1,
      "pprotect: .env already exists, and pprotect did not write it\nhint: use --force to replace it\n",
    ]);
    expect(box.read(".env")).toBe("MINE=1\n");
    expect((await box.run("env", "--out", ".env", "--force")).status).toBe(0);
    expect([box.read(".env"), statSync(box.dotenv).mode & 0o777]).toEqual([TEXT, 0o600]);
  });

  test.each([
    ["was written to", (path: string) => writeFileSync(path, "MINE=1\n", { flag: "a" })],
    ["was touched", (path: string) => utimesSync(path, 1, 1)],
  ])("is kept when it %s since", async (_, change) => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    change(box.dotenv);
    const before = box.read(".env");
    const { status, stderr } = await box.run("env", "--out", ".env");
    expect([status, stderr]).toEqual([
      1,
      "pprotect: .env was changed since pprotect wrote it\nhint: use --force to replace it\n",
    ]);
    expect(box.read(".env")).toBe(before);
  });

  test("is never a link, a directory or a pipe, even with --force; the target of a link is not changed", async () => {
    const box = await envProject();
    const target = box.write("target", "TARGET=1\n");
    symlinkSync(target, box.dotenv);
    const { status, stderr } = await box.run("env", "--out", ".env", "--force");
    expect([status, stderr]).toEqual([1, "pprotect: .env is a symbolic link; no secrets were written\n"]);
    expect([box.read("target"), lstatSync(box.dotenv).isSymbolicLink()]).toEqual(["TARGET=1\n", true]);
    const other = await envProject();
    mkdirSync(other.dotenv);
    expect((await other.run("env", "--out", ".env", "--force")).stderr).toContain("not a regular file");
    const third = await envProject();
    await third.shell("mkfifo .env");
    expect((await third.run("env", "--out", ".env", "--force")).stderr).toContain("not a regular file");
  });

  test("is as it was when the new one cannot be written", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    const value = "x".repeat(100_000);
    box.write("protected.yaml", sampleStore().setSecret("dev", "api-key", value).toString());
    // Files of 32 KiB at most: 64 blocks of 512 bytes.
    const limited = await box.shell(`ulimit -f 64; '${binary()}' env --out .env`);
    expect(limited.status).not.toBe(0);
    expect(box.read(".env")).toBe(TEXT);
    expect(filesIn(box.folder).filter((name) => name.includes("pprotect-tmp"))).toEqual([]);
    expect((await box.run("env", "--out", ".env")).status).toBe(0);
    expect(box.read(".env")).toContain(value);
  });
});

describe("cleanup", () => {
  test("removes what env wrote from this store, after a look with --dry-run", async () => {
    const box = await envProject({ ignored: ".env*\n" });
    await box.run("env", "--out", ".env");
    await box.run("env", "--out", ".env.local");
    const look = await box.run("cleanup", "--dry-run");
    expect(look).toMatchObject({ status: 0, stdout: ".env\n.env.local\n", stderr: "" });
    expect(box.read(".env")).toBe(TEXT);
    expect(await box.run("cleanup")).toMatchObject({ status: 0, stdout: ".env\n.env.local\n", stderr: "" });
    expect([existsSync(box.dotenv), existsSync(box.path(".env.local"))]).toEqual([false, false]);
    expect(await box.run("cleanup")).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "Nothing to remove: no file that pprotect wrote from protected.yaml is left.\n",
    });
    expect(JSON.parse(readFileSync(box.registry, "utf8"))).toEqual({ files: [] });
  });

  test("overwrites it first: another hard link to the file has only zeros", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    linkSync(box.dotenv, box.path("other-name"));
    await box.run("cleanup");
    const left = readFileSync(box.path("other-name"));
    expect([left.length, left.every((byte) => byte === 0)]).toEqual([TEXT.length, true]);
  });

  test("leaves what was changed since, what is a link now, and what another store wrote, and exits with 1 for the first two", async () => {
    const box = await envProject({ ignored: ".env*\n" });
    await box.run("env", "--out", ".env");
    await box.run("env", "--out", ".env.linked");
    writeFileSync(box.dotenv, "MINE=1\n");
    const target = box.write("target", "TARGET=1\n");
    await box.shell("ln -sf target .env.linked");
    const { status, stdout, stderr } = await box.run("cleanup");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("left .env: it was changed since pprotect wrote it");
    expect([box.read(".env"), readFileSync(target, "utf8")]).toEqual(["MINE=1\n", "TARGET=1\n"]);
    const json = JSON.parse((await box.run("cleanup", "--json")).stdout);
    expect(json).toMatchObject({
      ok: false,
      error: { code: "foreign_file" },
      result: { removed: [], kept: [box.dotenv, box.path(".env.linked")] },
    });
  });

  test("and all that looks at written files works where the directory of one is a file by now, or cannot be entered", async () => {
    const box = await envProject({ ignored: ".env\n" });
    const names = ["taken", "closed", "left"];
    for (const name of names) {
      mkdirSync(box.path(name));
      expect((await box.run("env", "--out", `${name}/.env`)).status).toBe(0);
    }
    rmSync(box.path("taken"), { recursive: true });
    box.write("taken", "a file");
    // A link to itself: no directory for root either.
    rmSync(box.path("closed"), { recursive: true });
    symlinkSync("closed", box.path("closed"));
    const status = await box.run("status", "--json");
    expect(JSON.parse(status.stdout).result.files).toEqual([
      expect.objectContaining({ path: box.path("left/.env") }),
    ]);
    expect(await box.run("exec", "--", "true")).toMatchObject({ status: 0, stderr: "" });
    const refused = await box.run("env", "--out", "taken/.env");
    expect([refused.status, refused.stderr]).toEqual([
      1,
      "pprotect: cannot write taken/.env: not a directory; no secrets were written\n",
    ]);
    const revoked = await box.shell(
      `export TMPDIR='${box.folder}'; XDG_RUNTIME_DIR=$TMPDIR pprotect revoke --all`,
    );
    expect([revoked.status, existsSync(box.path("left/.env"))]).toEqual([0, false]);
    expect((await box.run("cleanup")).status).toBe(0);
  });

  test("names what was written elsewhere from a store that is not there any more, and removes it by that path", async () => {
    const box = await envProject({ git: false });
    mkdirSync(box.path("old"));
    renameSync(box.path("protected.yaml"), box.path("old/protected.yaml"));
    renameSync(box.path(".secrets.json"), box.path("old/.secrets.json"));
    await box.shell("cd old && pprotect env --out ../elsewhere && mv ../old ../new");
    const { stderr } = await box.run("cleanup", "--file", "new/protected.yaml");
    const [, command] = /`pprotect (cleanup --file \S+)` removes what was written from it/.exec(stderr) ?? [];
    expect(stderr).toContain("left elsewhere: written from ");
    expect(await box.run(...(command ?? "").split(" "))).toMatchObject({ status: 0, stdout: "elsewhere\n" });
    expect(existsSync(box.path("elsewhere"))).toBe(false);
  });

  test("of another store removes nothing of this one", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    mkdirSync(box.path("other"));
    box.write("other/protected.yaml", box.read("protected.yaml"));
    expect((await box.run("cleanup", "--file", "other/protected.yaml")).stdout).toBe("");
    expect(existsSync(box.dotenv)).toBe(true);
  });

  test("removes what a killed writer left", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    const { files } = JSON.parse(readFileSync(box.registry, "utf8"));
    writeFileSync(files[0].temporary, "API_KEY='dev-");
    const { stdout } = await box.run("cleanup");
    expect(stdout.split("\n").filter(Boolean)).toHaveLength(2);
    expect(existsSync(files[0].temporary)).toBe(false);
  });
});

describe("git in a place that it does not trust", () => {
  test
    .if(process.getuid?.() === 0)
    .each(["env --out .env", "git status", "git check", "git install", "git history"])(
    "%s gives git's own reason and advice",
    async (command) => {
      const box = await envProject();
      await box.shell("chown -R 12345 .git .");
      const { status, stderr } = await box.shell(`'${binary()}' ${command}`);
      expect(status).toBe(1);
      expect(stderr).toContain("detected dubious ownership in repository");
      expect(stderr).toContain("`git config --global --add safe.directory ");
    },
  );

  test.each(["env --out .env", "git status"])(
    "%s names the directory that a broken .git file names",
    async (command) => {
      const box = await envProject({ git: false });
      box.write(".git", "gitdir: /no/such/directory\n");
      const { status, stderr } = await box.shell(`'${binary()}' ${command}`);
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining("not a git repository: /no/such/directory"),
      ]);
    },
  );

  test("GIT_DIR of another repository does not decide what is ignored here", async () => {
    const box = await envProject({ ignored: "" });
    const other = await envProject({ ignored: ".env\n" });
    const { status, stderr } = await box.shell(
      `GIT_DIR='${other.path(".git")}' GIT_WORK_TREE='${other.folder}' '${binary()}' env --out .env`,
    );
    expect([status, stderr]).toEqual([1, expect.stringContaining("git does not ignore .env")]);
  });
});

describe("what is remembered of the files", () => {
  test("contains no secret, and only its owner can read it", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    const text = readFileSync(box.registry, "utf8");
    expect(text).not.toMatch(/dev-api-key|prod-token|API_KEY/);
    expect(Object.keys(JSON.parse(text).files[0]).toSorted()).toEqual([
      "modified",
      "path",
      "store",
      "temporary",
    ]);
    expect(statSync(box.registry).mode & 0o777).toBe(0o600);
    expect(statSync(join(box.registry, "..")).mode & 0o777).toBe(0o700);
  });

  test("is reported when it is damaged, and nothing is written", async () => {
    const box = await envProject();
    await box.run("env", "--out", ".env");
    for (const damage of ["{", "[]", '{"files":[{"path":1}]}']) {
      writeFileSync(box.registry, damage);
      expect((await box.run("cleanup")).stderr).toContain("is damaged");
      expect((await box.run("env", "--out", ".env")).stderr).toContain("is damaged");
    }
    expect(box.read(".env")).toBe(TEXT);
  });

  test("survives many writers at once", async () => {
    const box = await envProject({ ignored: ".env*\n" });
    const names = Array.from({ length: 8 }, (_, index) => `.env.${index}`);
    const results = await Promise.all(names.map((name) => box.run("env", "--out", name)));
    expect(results.map(({ status }) => status)).toEqual(names.map(() => 0));
    expect((await box.run("cleanup")).stdout.split("\n").filter(Boolean).toSorted()).toEqual(names);
  });
});
