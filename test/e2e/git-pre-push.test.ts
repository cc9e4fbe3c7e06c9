import { afterAll, describe, expect, test } from "bun:test";
import { tokenLine } from "../git/guard/guard-repository.ts";
import { type Remotes, remotes } from "../git/guard/push/remotes.ts";
import { binary } from "../support/binary.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const LEAK = `${tokenLine()}\n`;

async function pushing(): Promise<Remotes> {
  const both = await remotes();
  both.hook("clone", "pre-push");
  both.write("a.txt", "a\n");
  await both.commit();
  return both;
}

describe("a push", () => {
  test("brings only commits without findings, and each is checked once", async () => {
    const both = await pushing();
    both.write("leak.txt", LEAK);
    const leak = await both.commit();
    const said = await both.commit(`Use ${tokenLine()}`);
    const refused = await both.git("push", "-q", "origin", "main");
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`^${leak} leak\\.txt:1: github-token: `, "m"));
    expect(refused.stderr).toMatch(new RegExp(`^${said} commit message:1: github-token: `, "m"));
    expect(refused.stderr).toContain("pprotect: 2 findings in 3 new commits, nothing pushed; ");
    expect(refused.stderr).not.toContain("ghp_");
    expect(await both.onServer("for-each-ref")).toBe("");
    // What is on the remote is not checked again: not on the branch, not on a new one, not by its URL.
    await both.must("push", "-q", "--no-verify", "origin", "main");
    both.write("b.txt", "b\n");
    await both.commit();
    await both.must("push", "-q", "origin", "main");
    await both.must("push", "-q", "origin", "main:refs/heads/new");
    await both.must("push", "-q", both.server, "HEAD~1:refs/heads/by-url");
    // Another remote has none of it.
    await both.must("remote", "add", "other", both.server.replace("server", "other"));
    await both.must("init", "-q", "--bare", both.server.replace("server", "other"));
    const other = await both.git("push", "-q", "other", "main");
    expect(other.stderr).toContain("2 findings in 4 new commits");
  });

  test("that deletes, that is forced, or that has nothing new", async () => {
    const both = await pushing();
    await both.must("push", "-q", "origin", "main", "main:gone");
    await both.must("push", "-q", "origin", ":gone");
    await both.must("push", "-q", "origin", "main");
    both.write("leak.txt", LEAK);
    await both.must("add", "-A");
    await both.must("commit", "-q", "--amend", "-m", "forced");
    const forced = await both.git("push", "-q", "--force", "origin", "main");
    expect(forced.stderr).toContain("1 finding in 1 new commit");
    // The remote has a commit that this repository does not know.
    await both.onServer("update-ref", "refs/heads/main", (await foreign(both)).trim());
    const unknown = await both.git("push", "-q", "--force", "origin", "main");
    expect(unknown.stderr).toContain("1 finding in 1 new commit");
  });

  test("of a tag: its message, and a file that it names", async () => {
    const both = await pushing();
    await both.must("push", "-q", "origin", "main");
    await both.must("tag", "-a", "-m", `release\n\n${LEAK}`, "v1");
    await both.must("tag", "-a", "-m", "of a tag", "v2", "v1");
    const tag = await both.git("push", "-q", "origin", "v2");
    expect(tag.stderr).toMatch(/^[0-9a-f]{10} commit message:3: github-token: /m);
    both.write("key.txt", LEAK);
    await both.must("add", "-A");
    await both.must("tag", "file", ":key.txt");
    await both.must("tag", "tree", (await both.must("write-tree")).trim());
    const file = await both.git("push", "-q", "origin", "file", "tree");
    expect(file.stderr).toMatch(/^[0-9a-f]{10} [0-9a-f]+:1: github-token: /m);
    expect(file.stderr).toMatch(/^[0-9a-f]{10} key\.txt:1: github-token: /m);
    expect(await both.onServer("tag")).toBe("");
  });

  test("finds what a revert and a rebase bring back, for which git runs no pre-commit", async () => {
    const both = await pushing();
    both.hook("clone", "pre-commit", `exec '${binary()}' git pre-commit`);
    both.write("leak.txt", LEAK);
    await both.commit();
    await both.must("rm", "-q", "leak.txt");
    await both.commit();
    await both.must("push", "-q", "--no-verify", "origin", "main");
    await both.must("revert", "--no-edit", "HEAD");
    const reverted = await both.git("push", "-q", "origin", "main");
    expect(reverted.stderr).toContain("leak.txt:1: github-token");
    await both.must("checkout", "-q", "-b", "side", "HEAD~3");
    both.write("side.txt", "side\n");
    await both.commit();
    await both.must("rebase", "-q", "main");
    const rebased = await both.git("push", "-q", "origin", "side");
    expect(rebased.stderr).toContain("1 finding in 2 new commits");
  });
});

test("the objects themselves are checked, whatever refs/replace puts in their place", async () => {
  const both = await pushing();
  const clean = await both.must("rev-parse", "HEAD");
  both.write("leak.txt", LEAK);
  await both.commit();
  await both.must("replace", "HEAD", clean.trim());
  const { stderr } = await both.git("push", "-q", "origin", "main");
  expect(stderr).toContain("leak.txt:1: github-token");
});

test("with the pre-commit framework, its variables say what is pushed", async () => {
  const both = await pushing();
  both.write("leak.txt", LEAK);
  const leak = await both.commit();
  const env = {
    PRE_COMMIT: "1",
    PRE_COMMIT_REMOTE_NAME: "origin",
    PRE_COMMIT_REMOTE_URL: both.server,
    PRE_COMMIT_LOCAL_BRANCH: "refs/heads/main",
  };
  const run = (more: Record<string, string>) =>
    pprotect(["git", "pre-push"], { cwd: both.clone, env: { ...env, ...more } });
  expect((await run({})).stderr).toContain(`${leak} leak.txt:1: github-token`);
  const range = await run({ PRE_COMMIT_FROM_REF: "HEAD~1", PRE_COMMIT_TO_REF: "HEAD" });
  expect(range.stderr).toContain("1 finding in 1 new commit");
  expect(await run({ PRE_COMMIT_FROM_REF: "HEAD", PRE_COMMIT_TO_REF: "HEAD" })).toMatchObject({ status: 0 });
});

test("lines that git does not write are an error", async () => {
  const { clone } = await pushing();
  const { status, stderr } = await pprotect(["git", "pre-push", "origin", "url"], {
    cwd: clone,
    input: "main\n",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining('not a line of git\'s about a push: "main"')]);
});

/** A commit that only the server has. */
async function foreign(both: Remotes): Promise<string> {
  const tree = await both.onServer("rev-parse", "main^{tree}");
  return both.onServer("commit-tree", "-m", "foreign", tree.trim());
}
