import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { baselineText, entriesOf } from "../../src/scan/baseline-file.ts";
import { scanLines } from "../../src/scan/scanner.ts";
import { tokenLine } from "../git/guard/guard-repository.ts";
import { type Remotes, remoteLines, remotes } from "../git/guard/push/remotes.ts";
import { binary } from "../support/binary.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders } from "../support/sandbox.ts";
import { NOW, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const LEAK = `${tokenLine()}\n`;

/** `main` with one file is on the server, which checks what comes next. */
async function guarded(...options: readonly string[]): Promise<Remotes> {
  const both = await remotes(...options);
  both.write("a.txt", "a\n");
  await both.commit();
  await both.must("push", "-q", "origin", "main");
  both.hook("server", "pre-receive");
  return both;
}

describe("a server", () => {
  test("refuses a push with a secret, says where it is and what to do, and keeps none of it", async () => {
    const both = await guarded();
    both.write("dir/leak.txt", `\n${LEAK}`);
    const leak = await both.commit();
    const said = await both.commit(`subject\n\n${LEAK}`);
    const refused = await both.git("push", "origin", "main");
    expect(refused.status).toBe(1);
    expect(remoteLines(refused)).toEqual([
      "pprotect: push refused: 2 findings in 2 new commits",
      "",
      `  at ${leak} dir/leak.txt:2`,
      "    github-token: looks like a GitHub token: move it into the store",
      "    with `pprotect add-secret` and replace it if it was ever shared,",
      "    or add `pprotect:allow` to the line if it is not a secret",
      `  at ${said} commit message:3`,
      "    github-token: looks like a GitHub token",
      "",
      expect.stringContaining("Nothing was accepted. Change the commits that are named"),
      expect.any(String),
      expect.any(String),
      "Not a secret? Add `pprotect:allow` to the line. A .pprotectignore",
      "counts once it is in the default branch.",
    ]);
    expect(refused.stderr).not.toContain("ghp_");
    const id = (await both.must("rev-parse", "HEAD")).trim();
    expect(await both.onServer("cat-file", "--batch-all-objects", "--batch-check")).not.toContain(id);
  });

  test.each([[[]], [["--object-format=sha256"]]])("lets through what has none: %j", async (options) => {
    const both = await guarded(...options);
    both.write("b.txt", "b\n");
    await both.commit();
    await both.must("tag", "-a", "-m", "release", "v1");
    const pushed = await both.git("push", "-q", "origin", "main", "main:new", "v1");
    expect([pushed.status, pushed.stderr]).toEqual([0, ""]);
    await both.must("push", "-q", "origin", ":new");
    await both.must("push", "-q", "--force", "origin", "HEAD~1:main");
    both.write("leak.txt", LEAK);
    await both.commit();
    // Only what is new to the server is checked, on whatever branch.
    const refused = await both.git("push", "-q", "origin", "main:refs/heads/new");
    expect(remoteLines(refused)[0]).toBe("pprotect: push refused: 1 finding in 1 new commit");
  });

  test("checks a push by the rules for stores and files beside them, too", async () => {
    const both = await guarded();
    const store = sampleStore();
    both.write("protected.yaml", store.toString());
    await both.commit();
    both.write(
      "protected.yaml",
      store
        .addSecret("dev", "new", "value", NOW)
        .toString()
        .replace(/ -- .*new.*/, " -- x"),
    );
    both.write(".secrets.json", "{\n");
    await both.commit();
    const lines = remoteLines(await both.git("push", "-q", "origin", "main")).join("\n");
    expect(lines).toContain(".secrets.json:");
    expect(lines).toContain("invalid-manifest: ");
    expect(lines).toContain("protected.yaml:");
  });

  test("takes one push or ref after the other with the hook update", async () => {
    const both = await guarded();
    both.hook("server", "pre-receive", "exit 0");
    both.hook("server", "update", `printf '%s %s %s\\n' "$2" "$3" "$1" | '${binary()}' git pre-receive`);
    await both.must("branch", "good");
    both.write("leak.txt", LEAK);
    await both.commit();
    const { stderr } = await both.git("push", "-q", "origin", "main", "good");
    expect(stderr).toContain("1 finding in 1 new commit");
    expect(await both.onServer("branch", "--list", "good")).toBe("  good\n");
  });

  test("with a work tree checks what it receives", async () => {
    const both = await remotes();
    both.write("a.txt", "a\n");
    await both.commit();
    const other = `${both.clone}-2`;
    await both.must("clone", "-q", both.clone, other);
    both.hook("clone", "pre-receive");
    writeFileSync(join(other, "leak.txt"), LEAK);
    await both.must("-C", other, "add", "-A");
    await both.must("-C", other, "commit", "-q", "-m", "x");
    const { stderr } = await both.git("-C", other, "push", "-q", "origin", "HEAD:refs/heads/new");
    expect(stderr).toContain("push refused: 1 finding in 1 new commit");
  });
});

describe("what lets a finding pass", () => {
  test("is not in the pushed commits, but in the default branch and on the server", async () => {
    const both = await guarded();
    both.write(".pprotectignore", "leak.txt\n");
    both.write(".gitattributes", "* -diff\n*.txt diff=pprotect\n");
    both.write(".pprotect.yaml", "version: 1\n");
    both.write("leak.txt", LEAK);
    await both.commit();
    const push = () => both.git("push", "-q", "origin", "HEAD:refs/heads/side");
    expect((await push()).stderr).toContain("leak.txt:1");
    // Accepted in the default branch first.
    await both.must("checkout", "-q", "-b", "accepted", "HEAD~1");
    both.write(".pprotectignore", "leak.txt\n");
    await both.commit();
    await both.must("push", "-q", "origin", "accepted:main");
    await both.must("checkout", "-q", "main");
    expect((await push()).status).toBe(0);
    both.write("other.txt", LEAK);
    await both.commit();
    writeFileSync(join(both.server, "info/pprotectignore"), "other.txt\n* rule=no-such-rule\n");
    const allowed = await push();
    expect([allowed.status, remoteLines(allowed)]).toEqual([
      0,
      [
        "  at info/pprotectignore:2",
        "    warning: ignore-file: unknown rule `no-such-rule`; the line has no",
        "    effect: fix or remove it",
      ],
    ]);
  });

  test("is the baseline of the default branch, and not that of the push", async () => {
    const both = await guarded();
    both.write("leak.txt", LEAK);
    await both.commit();
    const found = scanLines("leak.txt", [{ number: 1, text: LEAK.trimEnd() }]);
    both.write(".pprotect-baseline.json", baselineText(entriesOf([found])));
    await both.commit();
    const push = (branch: string) => both.git("push", "-q", "origin", `HEAD:refs/heads/${branch}`);
    const refused = await push("side");
    expect(refused.stderr).toContain("leak.txt:1");
    // Accepted in the default branch first, by a commit that has the baseline alone.
    await both.must("checkout", "-q", "-b", "accepted", "HEAD~2");
    await both.must("checkout", "main", "--", ".pprotect-baseline.json");
    await both.commit();
    expect((await push("main")).status).toBe(0);
    await both.must("checkout", "-q", "main");
    expect((await push("side")).status).toBe(0);
  });

  test("is a marker in its line, unless the server says otherwise", async () => {
    const both = await guarded();
    both.write("marked.txt", `${tokenLine()} # pprotect:allow\n`);
    both.write("utf16.txt", Buffer.from(`\ufeff${tokenLine()} # pprotect:allow\n`, "utf16le"));
    await both.commit(`${tokenLine()} # pprotect:allow`);
    await both.onServer("config", "pprotect.allowMarkers", "false");
    const refused = await both.git("push", "-q", "origin", "main");
    expect(refused.stderr).toContain("push refused: 3 findings in 1 new commit");
    expect(refused.stderr).toContain("`pprotect:allow` does not count on this server");
    await both.onServer("config", "pprotect.allowMarkers", "true");
    await both.must("push", "-q", "origin", "main");
  });
});

test("names and messages of strangers control neither a terminal nor a workflow runner", async () => {
  const both = await guarded();
  both.write("a\x1b[2J ::error::x\n::set-output", LEAK);
  both.write("##[error]", LEAK);
  await both.commit(`\x1b]0;title\x07\n\n::error::message ${tokenLine()}`);
  const refused = await both.git("push", "-q", "origin", "main");
  expect(refused.stderr).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  expect(remoteLines(refused).filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
  expect(refused.stderr).toContain("3 findings in 1 new commit");
});

test("a pushed refs/replace puts nothing in the place of what is checked", async () => {
  const both = await guarded();
  const clean = (await both.must("rev-parse", "HEAD")).trim();
  both.write("leak.txt", LEAK);
  await both.commit();
  await both.must(
    "push",
    "-q",
    "origin",
    `${clean}:refs/replace/${(await both.must("rev-parse", "HEAD")).trim()}`,
  );
  expect((await both.git("push", "-q", "origin", "main")).stderr).toContain("leak.txt:1");
});

test("what is too large or binary is a warning, and the rest is checked", async () => {
  const both = await guarded();
  both.write("zero.bin", new Uint8Array(6_000_000));
  both.write("big.txt", "a line of a log\n".repeat(400_000));
  await both.commit();
  const passed = await both.git("push", "-q", "origin", "main");
  expect([passed.status, remoteLines(passed).filter((line) => line.includes("not-scanned")).length]).toEqual([
    0, 2,
  ]);
});

test("a push that takes longer than the server lets it is refused", async () => {
  const both = await guarded();
  const slow = join(both.server, "slow");
  mkdirSync(slow);
  writeFileSync(join(slow, "git"), SLOW_GIT, { mode: 0o755 });
  both.hook("server", "pre-receive", `PATH='${slow}':$PATH exec '${binary()}' git pre-receive`);
  await both.onServer("config", "pprotect.pushTimeout", "1");
  await both.commit();
  const refused = await both.git("push", "-q", "origin", "main");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("push refused: the check was stopped after 1 second,");
});

/** Takes its time to compare commits. */
const SLOW_GIT = `#!/bin/sh
case $* in *diff-tree*) exec sleep 20 ;; esac
exec ${Bun.which("git")} "$@"
`;

test("lines that git does not write are an error", async () => {
  const { server } = await guarded();
  const { status, stderr } = await pprotect(["git", "pre-receive"], {
    cwd: server,
    input: "x refs/heads/main\n",
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining("not a line of git's about a push")]);
});
