import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { tokenLine } from "../../git/guard/guard-repository.ts";
import { remoteLines } from "../../git/guard/push/remotes.ts";
import { binary } from "../../support/binary.ts";
import { pprotect } from "../../support/run.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { sampleStore } from "../../support/stores.ts";
import { Repo } from "./repo.ts";

afterAll(removeFolders);

const ALL = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];
const LEAK = `${tokenLine()}\n`;

/** A repository with a bare one to push to. */
async function withRemote(): Promise<Repo> {
  const repo = await Repo.create();
  repo.write("protected.yaml", sampleStore().toString());
  await repo.git("init", "-q", "--bare", "-b", "main", "../server.git");
  await repo.git("remote", "add", "origin", "../server.git");
  return repo;
}

/** With the real program in place of the stub. */
function realGit(repo: Repo, ...args: string[]) {
  return repo.tryGit(args, { PATH: `${dirname(binary())}:${process.env.PATH}` });
}

const installedHooks = (repo: Repo): string[] =>
  ALL.filter((name) => existsSync(repo.path(`.git/hooks/${name}`)));

const reported = async (repo: Repo): Promise<string[]> =>
  (await repo.run("status")).stdout
    .split("\n")
    .flatMap((line) => /^installed +(\S+) hook/.exec(line)?.[1] ?? []);

describe("--hooks", () => {
  test("adds to what is installed, and a later install keeps it", async () => {
    const repo = await withRemote();
    await repo.succeeds("install");
    expect(installedHooks(repo)).toEqual(["pre-commit", "pre-merge-commit"]);
    await repo.succeeds("install", "--hooks", "commit-msg,pre-push");
    expect(await reported(repo)).toEqual(ALL);
    const again = await repo.succeeds("install");
    expect(again.stderr).toContain("nothing changed: everything is already installed");
    expect(again.stderr).not.toContain("no hook checks");
    await repo.git("add", "-A");
    expect((await repo.commit()).status).toBe(0);
    expect(repo.called()).toBe(
      "<pprotect><git><pre-commit>\n<pprotect><git><commit-msg><.git/COMMIT_EDITMSG>\n",
    );
    await repo.git("push", "-q", "origin", "main");
    expect(repo.called()).toBe("<pprotect><git><pre-push><origin><../server.git>\n");
    expect((await repo.tryGit(["push", "-q", "origin", "main:other"], { STATUS: "3" })).status).toBe(1);
    await repo.succeeds("uninstall");
    expect(installedHooks(repo)).toEqual([]);
    expect(existsSync(repo.path(".git/pprotect-install.json"))).toBe(false);
  });

  test("chooses what is installed where nothing is", async () => {
    const repo = await Repo.create();
    const note = "no hook checks what is committed; `pprotect git install --hooks pre-commit,";
    expect((await repo.succeeds("install", "--hooks", "pre-push")).stderr).toContain(note);
    expect((await repo.succeeds("install")).stderr).toContain(note);
    expect(installedHooks(repo)).toEqual(["pre-push"]);
    expect(await reported(repo)).toEqual(["pre-push"]);
    expect((await repo.run("status")).status).toBe(0);
    // One that goes missing is reported, and installed again.
    await repo.git("config", "core.hooksPath", ".git/other");
    expect((await repo.run("status")).stdout).toMatch(/^missing +pre-push hook/m);
    await repo.succeeds("install");
    expect(existsSync(repo.path(".git/other/pre-push"))).toBe(true);
  });

  test.each([
    ["pre-comit", 'unknown hook "pre-comit"'],
    ["pre-receive", "pre-receive runs where pushes arrive, in a bare repository"],
  ])("refuses %s", async (hooks, message) => {
    const repo = await Repo.create();
    const { status, stderr } = await repo.run("install", "--hooks", hooks);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
    expect(installedHooks(repo)).toEqual([]);
  });
});

describe("an earlier hook", () => {
  test("that reads what git says about the push runs first, and so does the guard", async () => {
    const repo = await withRemote();
    repo.write(".git/hooks/pre-push", "#!/bin/sh\ncat >.git/seen\n", 0o755);
    repo.write(".git/hooks/commit-msg", `#!/bin/sh\necho '${tokenLine()}' >>"$1"\n`, 0o755);
    await repo.succeeds("install", "--hooks", ALL.join());
    await repo.git("add", "-A");
    const message = await realGit(repo, "commit", "-q", "-m", "x");
    expect(message.stderr).toContain("commit message:2: ");
    await repo.git("commit", "-q", "--no-verify", "-m", "store");
    repo.write("leak.txt", LEAK);
    await repo.git("add", "-A");
    await repo.git("commit", "-q", "--no-verify", "-m", "leak");
    const push = await realGit(repo, "push", "-q", "origin", "main");
    expect(push.stderr).toContain("leak.txt:1: github-token");
    expect(repo.read(".git/seen")).toMatch(/^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main 0{40}\n$/);
    expect(await repo.git("ls-remote", "origin")).toBe("");
    await repo.succeeds("uninstall");
    expect(repo.read(".git/hooks/pre-push")).toBe("#!/bin/sh\ncat >.git/seen\n");
  });

  test("that is committed gets lines before its own, and what git says after them", async () => {
    const repo = await withRemote();
    const own = "#!/bin/sh\ncat >.git/seen\nexit 0\n";
    repo.write(".hooks/pre-push", own, 0o755);
    await repo.git("config", "core.hooksPath", ".hooks");
    const { stderr } = await repo.succeeds("install", "--hooks", ALL.join());
    expect(stderr).toContain("pre-push: added lines at its start");
    expect(await reported(repo)).toEqual(ALL);
    await repo.git("add", "-A");
    const message = await realGit(repo, "commit", "-q", "-m", LEAK);
    expect(message.stderr).toContain("commit message:1: ");
    await repo.git("commit", "-q", "--no-verify", "-m", "store");
    expect((await realGit(repo, "push", "-q", "origin", "main")).status).toBe(0);
    expect(repo.read(".git/seen")).toMatch(/^refs\/heads\/main [0-9a-f]{40} refs\/heads\/main 0{40}\n$/);
    repo.write("leak.txt", LEAK);
    await repo.git("add", "-A");
    await repo.git("commit", "-q", "--no-verify", "-m", "leak");
    expect((await realGit(repo, "push", "-q", "origin", "main")).stderr).toContain(
      "leak.txt:1: github-token",
    );
    await repo.succeeds("uninstall");
    expect(repo.read(".hooks/pre-push")).toBe(own);
    expect(existsSync(repo.path(".hooks/commit-msg"))).toBe(false);
  });
});

test.each([
  ["lefthook.yml", "      run: pprotect git pre-push {1} {2}\n      use_stdin: true\n"],
  [
    ".pre-commit-config.yaml",
    "        entry: pprotect git pre-push\n        language: system\n        pass_filenames: false\n",
  ],
  [
    ".overcommit.yml",
    'PrePush:\n  Pprotect:\n    enabled: true\n    required_executable: pprotect\n    command: ["pprotect", "git", "pre-push"]\n',
  ],
])("for %s it prints the lines of all hooks that are asked for", async (file, lines) => {
  const repo = await Repo.create();
  repo.write(file, "");
  const { status, stdout, stderr } = await repo.run("install", "--hooks", ALL.join());
  expect(status).toBe(1);
  expect(stdout).toContain(lines);
  for (const name of ["pre-commit", "commit-msg"]) expect(stdout).toMatch(new RegExp(`git"?,? "?${name}`));
  expect(stderr.match(/add these lines/g)).toHaveLength(1);
});

describe("in a bare repository", () => {
  test.each(["pre-receive", "update"])("%s is installed, reported and removed", async (name) => {
    const repo = await withRemote();
    const server = repo.at(join(repo.root, "../server.git"));
    expect((await server.run("status")).stdout).toMatch(
      /^missing +pre-receive hook \(run `pprotect git install --hooks pre-receive`\)$/m,
    );
    server.write(`hooks/${name}`, '#!/bin/sh\nlast=$(cat)\necho "earlier: $*$last" >&2\n', 0o755);
    await server.succeeds("install", "--hooks", name);
    expect((await server.succeeds("install")).stderr).toContain("nothing changed");
    const status = await server.run("status");
    expect([status.status, status.stdout]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^installed +${name} hook \\(.*, after the earlier hook\\)$`, "m")),
    ]);
    await repo.git("add", "-A");
    await repo.git("commit", "-q", "--no-verify", "-m", "store");
    repo.write("leak.txt", LEAK);
    await repo.git("add", "-A");
    await repo.git("commit", "-q", "--no-verify", "-m", "leak");
    const refused = await realGit(repo, "push", "-q", "origin", "main");
    expect(remoteLines(refused)[0]).toMatch(/^earlier: .*refs\/heads\/main/);
    expect(remoteLines(refused)[1]).toBe("pprotect: push refused: 1 finding in 2 new commits");
    expect((await realGit(repo, "push", "-q", "origin", "HEAD~1:refs/heads/main")).status).toBe(0);
    await server.succeeds("uninstall");
    expect(server.read(`hooks/${name}`)).toContain("earlier");
    expect(existsSync(server.path("pprotect-install.json"))).toBe(false);
    expect((await server.tryGit(["config", "--get-regexp", "^pprotect"])).status).toBe(1);
  });

  test("other hooks and stores are refused", async () => {
    const repo = await withRemote();
    const cwd = join(repo.root, "../server.git");
    const run = (...args: string[]) => pprotect(["git", "install", ...args], { cwd, env: repo.env() });
    const answers = await Promise.all([run(), run("--hooks", "pre-push"), run("protected.yaml")]);
    expect(answers.map(({ status, stderr }) => [status, stderr.split("\n")[0]])).toEqual([
      [1, "pprotect: git install: this repository is bare, so nothing is committed in it"],
      [1, "pprotect: git install: pre-push is not for a bare repository"],
      [1, "pprotect: git install: a store is not for a bare repository"],
    ]);
    expect(answers[0]?.stderr).toContain(
      "hint: `pprotect git install --hooks pre-receive` installs the hook",
    );
  });
});
