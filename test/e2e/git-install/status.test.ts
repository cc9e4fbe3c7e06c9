import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pprotect, runProgram } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { LINE, Repo } from "./repo.ts";

afterAll(removeFolders);

describe("hook managers", () => {
  test.each([
    ["lefthook.yml", "pre-push:\n"],
    ["lefthook.toml", ""],
    [".lefthook.yaml", ""],
    [".pre-commit-config.yaml", "repos:\n"],
    [".overcommit.yml", ""],
  ])("%s gets lines to add instead of a hook", async (file, text) => {
    const repo = await Repo.create();
    repo.write(file, text);
    const first = await repo.run("install");
    expect(first.status).toBe(0);
    expect(first.stderr).toContain(`add these lines to ${file}`);
    expect(first.stdout).toContain("pprotect");
    expect(existsSync(repo.path(".git/hooks/pre-commit"))).toBe(false);
    expect((await repo.run("status")).status).toBe(1);
    repo.write(file, text + first.stdout);
    expect((await repo.run("install")).stdout).toBe("");
    expect((await repo.run("status")).status).toBe(0);
    expect((await repo.run("uninstall")).stderr).toContain("remove its lines from");
  });
});

describe("status", () => {
  test("reports what is missing, stale and installed", async () => {
    const repo = await Repo.create();
    const bare = await repo.run("status");
    expect(bare.status).toBe(1);
    expect(bare.stdout.match(/^missing/gm)).toHaveLength(6);
    await repo.succeeds("install");
    expect((await repo.run("status")).stdout.match(/^installed/gm)).toHaveLength(6);
    await repo.git("config", "merge.pprotect.driver", "pprotect-old %O");
    repo.write(".git/hooks/pre-commit", `${repo.read(".git/hooks/pre-commit")}# old\n`);
    repo.write(".gitattributes", `${LINE}*.yaml merge=union\n`);
    const stale = await repo.run("status");
    expect(stale.status).toBe(1);
    expect(stale.stdout.match(/^stale/gm)).toHaveLength(3);
    expect((await repo.run("install")).status).toBe(1);
    repo.write(".gitattributes", LINE);
    expect((await repo.run("status")).status).toBe(0);
    chmodSync(repo.path(".git/hooks/pre-commit"), 0o644);
    expect((await repo.run("status")).stdout).toContain("not executable");
  });

  test("outside a repository", async () => {
    const result = await pprotect(["git", "status"], { cwd: emptyFolder() });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain("is not in a git work tree");
  });
});

describe("what git calls", () => {
  /** Two branches that both changed the store. */
  async function forked(name: string): Promise<Repo> {
    const repo = await Repo.create();
    await repo.succeeds("install", name);
    for (const [branch, text] of [
      ["main", "base\n"],
      ["theirs", "theirs\n"],
      ["main", "ours\n"],
    ] as const) {
      if (branch === "theirs") await repo.git("checkout", "-q", "-b", branch);
      else if (text === "ours\n") await repo.git("checkout", "-q", branch);
      repo.write(name, text);
      await repo.git("add", ".");
      await repo.git("commit", "-q", "-m", text);
    }
    repo.called();
    return repo;
  }

  const NAME = "it's my $store/ünï protected.yaml";

  test("the merge driver, with the store's path as one word", async () => {
    const repo = await forked(NAME);
    expect((await repo.tryGit(["merge", "-q", "--no-edit", "theirs"])).status).toBe(0);
    expect(repo.called()).toMatch(
      new RegExp(
        `^<pprotect><git><merge-driver>(<\\.merge_file_\\w+>){3}<7><${NAME.replaceAll("$", "\\$")}>\n`,
      ),
    );
  });

  test("the merge driver in merge-tree, from a linked worktree", async () => {
    const repo = await forked(NAME);
    const linked = join(emptyFolder(), "linked");
    await repo.git("worktree", "add", "-q", "--detach", linked, "main");
    const tree = repo.at(linked);
    expect((await tree.tryGit(["merge-tree", "--write-tree", "main", "theirs"])).status).toBe(0);
    expect(tree.called()).toContain(`<${NAME}>`);
  });

  test("readable diffs", async () => {
    const repo = await forked(NAME);
    await repo.git("diff", "main", "theirs");
    expect(repo.called()).toMatch(/^(<pprotect><git><textconv><[^>]+>\n)+$/);
  });

  test("without pprotect, a commit is refused and a merge is a conflict with our side in the file", async () => {
    const repo = await forked(NAME);
    const path = {
      PATH: (process.env.PATH ?? "")
        .split(":")
        .filter((each) => !existsSync(join(each, "pprotect")))
        .join(":"),
    };
    const commit = await repo.commit(path);
    expect(commit.status).toBe(1);
    expect(commit.stderr).toContain("pprotect: not found in PATH, so this commit was not checked");
    const merge = await repo.tryGit(["merge", "theirs"], path);
    expect(merge.status).toBe(1);
    expect(merge.stderr).toContain(`pprotect: not found in PATH, so ${NAME} was not merged`);
    expect(merge.stdout).toContain("CONFLICT (content)");
    expect(repo.read(NAME)).toBe("ours\n");
    expect((await repo.git("ls-files", "-u")).trim().split("\n")).toHaveLength(3);
    expect((await repo.tryGit(["merge-tree", "--write-tree", "main", "theirs"], path)).status).toBe(1);
  });
});

test("the command that install names for an overriding entry shows it, from where the user is", async () => {
  const repo = await Repo.create();
  const store = "sub/a store.yaml";
  mkdirSync(join(repo.root, "sub"));
  repo.write(join(repo.root, store), "a: 1\n");
  repo.write(join(repo.root, "sub/.gitattributes"), "* -merge\n");
  const here = repo.at(join(repo.root, "sub"));
  const { status, stderr } = await here.run("install", "a store.yaml");
  expect([status, stderr]).toEqual([1, expect.stringContaining("`git check-attr -a 'a store.yaml'`")]);
  const { stdout } = await runProgram(["sh", "-c", "git check-attr -a 'a store.yaml'"], {
    cwd: here.root,
    env: here.env(),
  });
  expect(stdout).toContain("a store.yaml: merge: unset");
});
