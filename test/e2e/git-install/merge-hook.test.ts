import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { binary } from "../../support/binary.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../../support/stores.ts";
import { Repo } from "./repo.ts";

afterAll(removeFolders);

const HOOK = ".git/hooks/pre-merge-commit";
const store = sampleStore();

/** `main` and `theirs`, which each changed the store; git runs the real program. */
async function diverged(theirs = store.addSecret("dev", "from-theirs", "v", NOW)): Promise<Repo> {
  const repo = await Repo.create();
  repo.write("bin/pprotect", `#!/bin/sh\nexec '${binary()}' "$@"\n`, 0o755);
  repo.write(".gitignore", "bin\n");
  await repo.succeeds("install");
  const commit = async (text: string): Promise<void> => {
    repo.write("protected.yaml", text);
    await repo.git("add", "-A");
    await repo.git("commit", "-q", "--no-verify", "-m", "x");
  };
  await commit(store.toString());
  await repo.git("checkout", "-q", "-b", "theirs");
  await commit(theirs.toString());
  await repo.git("checkout", "-q", "main");
  await commit(store.addSecret("dev", "from-main", "v", NOW).toString());
  return repo;
}

const merge = (repo: Repo, ...args: string[]) =>
  repo.tryGit(["merge", "-q", "--no-edit", ...args, "theirs"], {
    PATH: `${repo.path("bin")}:${dirname(Bun.which("git") ?? "")}:/usr/bin:/bin`,
  });

describe("a merge that git commits itself", () => {
  test("is checked, and passes", async () => {
    const repo = await diverged();
    expect(await merge(repo)).toMatchObject({ status: 0, stderr: "" });
  });

  test.each([["ours"], ["theirs"]])("by `-X %s` without the driver, is checked", async (side) => {
    const repo = await diverged();
    repo.write(".git/info/attributes", "protected.yaml merge\n");
    const { status, stderr } = await merge(repo, "-X", side);
    expect(status).not.toBe(0);
    expect(stderr).toContain("audit-log-rewritten");
  });

  test("by `-s ours`, which loses what the other branch added, is refused", async () => {
    const repo = await diverged();
    const { status, stderr } = await merge(repo, "-s", "ours");
    expect(status).not.toBe(0);
    expect(stderr).toContain('lost-in-merge: secret "from-theirs" of domain "dev"');
    expect(await repo.git("rev-list", "--merges", "--all")).toBe("");
    // Past the hook, `git check` finds it.
    await repo.git("merge", "--abort");
    expect((await merge(repo, "-s", "ours", "--no-verify")).status).toBe(0);
    const check = await repo.run("check");
    expect(check.status).toBe(1);
    expect(check.stdout).toContain("lost-in-merge");
  });

  test("by `-s ours`, which undoes a rotation, is refused", async () => {
    const repo = await diverged(store.rotateDomainKey("dev", unlocked(store, ALICE), NOW));
    const { status, stderr } = await merge(repo, "-s", "ours");
    expect(status).not.toBe(0);
    expect(stderr).toContain('undone-in-merge: the key of domain "dev" is as it was before both branches');
  });

  test("without pprotect in PATH is refused", async () => {
    const repo = await diverged();
    // What install recorded, which hooks run where PATH has no pprotect.
    await repo.tryGit(["config", "--unset", "pprotect.path"]);
    const { status, stderr } = await repo.tryGit(["merge", "-q", "--no-edit", "-s", "ours", "theirs"], {
      PATH: "/usr/bin:/bin",
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain("this merge was not checked and is not committed");
  });
});

describe("the hook", () => {
  test("is written, updated, reported and removed", async () => {
    const repo = await Repo.create();
    expect((await repo.succeeds("install")).stderr).toContain("pre-merge-commit hook");
    const text = repo.read(HOOK);
    repo.write(HOOK, `${text}# older\n`);
    expect((await repo.run("status")).stdout).toMatch(/^stale +pre-merge-commit hook/m);
    await repo.succeeds("install");
    expect(repo.read(HOOK)).toBe(text);
    repo.write(HOOK, text, 0o644);
    expect((await repo.run("status")).stdout).toContain("is not executable");
    await repo.succeeds("install");
    await repo.succeeds("uninstall");
    expect(existsSync(repo.path(HOOK))).toBe(false);
  });

  test("that was modified after install is left in place", async () => {
    const repo = await Repo.create();
    await repo.succeeds("install");
    repo.write(HOOK, `${repo.read(HOOK)}# mine\n`, 0o755);
    expect((await repo.run("uninstall")).stderr).toContain("was modified after install");
    expect(existsSync(repo.path(HOOK))).toBe(true);
  });

  test.each([
    ["echo mine\n", true],
    ["pprotect git pre-commit || exit $?\n", false],
    ['exec "$(git rev-parse --git-path hooks/pre-commit)"\n', false],
  ])("of the user's is kept: %j", async (text, isAdvised) => {
    const repo = await Repo.create();
    repo.write(HOOK, text, 0o755);
    const { stderr } = await repo.run("install");
    expect(stderr.includes("pre-merge-commit is kept; add `pprotect git pre-commit || exit $?`")).toBe(
      isAdvised,
    );
    expect((await repo.run("status")).stdout).toMatch(
      isAdvised ? /^missing +pre-merge-commit hook/m : /^installed +pre-merge-commit hook/m,
    );
    await repo.run("uninstall");
    expect(repo.read(HOOK)).toBe(text);
  });
});
