import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { binary } from "../support/binary.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const STORE = "protected.yaml";

test("HEAD, a range and --all each report the findings of their commits", async () => {
  const repository = await guardedRepository();
  repository.write("a b.txt", `${tokenLine()}\n`);
  const first = await repository.force();
  repository.write(STORE, sampleStore().toString());
  await repository.force();
  repository.write("ü.txt", `a\n${tokenLine()}\n`);
  const third = await repository.force();
  await repository.must("checkout", "-q", "-b", "side", "HEAD~1");
  repository.write("side.txt", `${tokenLine()}\n`);
  const side = await repository.force();
  await repository.must("checkout", "-q", "main");

  const head = await repository.pprotect("git", "check");
  expect(head.status).toBe(1);
  expect(head.stdout).toStartWith(`${third} ü.txt:2: `);
  expect(head.stderr).toContain("1 commit checked, 1 finding");
  const middle = await repository.pprotect("git", "check", "HEAD~1");
  expect(middle).toMatchObject({ status: 0, stdout: "" });
  const range = await repository.pprotect("git", "check", `${first}..HEAD`);
  expect(range.stderr).toContain("2 commits checked, 1 finding");
  const all = await repository.pprotect("git", "check", "--all", "--json");
  const { ok, command, result } = JSON.parse(all.stdout);
  expect({ ok, command, status: all.status, commits: result.commits }).toEqual({
    ok: false,
    command: "git check",
    status: 1,
    commits: 4,
  });
  expect(
    result.findings.map(({ commit, path }: { commit: string; path: string }) => `${commit} ${path}`).sort(),
  ).toEqual([`${first} a b.txt`, `${third} ü.txt`, `${side} side.txt`].sort());
});

test("before the first commit", async () => {
  const repository = await guardedRepository();
  const { status, stderr } = await repository.pprotect("git", "check");
  expect(status).toBe(1);
  expect(stderr).toContain("pprotect: there are no commits yet\nhint: `pprotect git check --staged`");
});

test("a commit that mixes keys, and a merge that lost a secret", async () => {
  const repository = await guardedRepository();
  const store = sampleStore();
  repository.write(STORE, store.toString());
  await repository.force();
  await repository.must("checkout", "-q", "-b", "theirs");
  repository.write(STORE, store.addSecret("dev", "from-theirs", "value", NOW).toString());
  await repository.force();
  await repository.must("checkout", "-q", "main");
  const ours = store.addSecret("dev", "from-ours", "value", NOW);
  repository.write(STORE, ours.toString());
  await repository.force();
  await repository.git("merge", "-q", "--no-commit", "-s", "ours", "theirs");
  const merge = await repository.force();
  const lost = await repository.pprotect("git", "check");
  expect(lost.stdout).toContain(`${merge} protected.yaml:1: lost-in-merge: secret "from-theirs"`);

  const rotated = ours.rotateDomainKey("dev", unlocked(ours, ALICE), NOW);
  const stale = ours.data.domains.get("dev")?.secrets.get("api-key") ?? "";
  repository.write(STORE, rotated.toString().replace(/secret-api-key: .*/, `secret-api-key: ${stale}`));
  await repository.force();
  expect((await repository.pprotect("git", "check")).stdout).toContain(":2: mixed-keys: ");
  const all = await repository.pprotect("git", "check", "--all", "--json");
  expect(JSON.parse(all.stdout).result.findings.map(({ rule }: { rule: string }) => rule)).toContain(
    "lost-in-merge",
  );
});

test("findings belong to the right commits after an empty one and a merge without changes", async () => {
  const repository = await guardedRepository();
  repository.write(".gitattributes", "hidden.txt -diff\n");
  const first = await repository.force();
  await repository.force("empty");
  await repository.must("checkout", "-q", "-b", "side", first);
  await repository.force("empty too");
  await repository.must("checkout", "-q", "main");
  await repository.must("merge", "-q", "--no-verify", "--no-ff", "-m", "merge", "side");
  repository.write("hidden.txt", `${tokenLine()}\n`);
  const last = await repository.force();
  const { stdout, stderr } = await repository.pprotect("git", "check", "--all");
  expect(stdout).toStartWith(`${last} hidden.txt:1: `);
  expect(stdout.trim().split("\n")).toHaveLength(1);
  expect(stderr).toContain("5 commits checked");
});

test("a merge is scanned in files that attributes call binary, for the lines that no parent has", async () => {
  const repository = await guardedRepository();
  repository.write(".gitattributes", "hidden.txt -diff\n");
  repository.write("hidden.txt", "one\ntwo\n");
  await repository.force();
  await repository.must("checkout", "-q", "-b", "side");
  const theirs = tokenLine().replace("x7Kq", "k2Vb");
  repository.write("hidden.txt", `one\ntwo\n${theirs}\n`);
  const side = await repository.force();
  await repository.must("checkout", "-q", "main");
  repository.write("hidden.txt", "zero\none\ntwo\n");
  await repository.force();
  await repository.must("merge", "-q", "--no-commit", "side");
  repository.write("hidden.txt", `zero\none\n${tokenLine()}\ntwo\n${theirs}\n`);
  await repository.must("add", "hidden.txt");
  expect(await repository.pprotect("git", "pre-commit")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^hidden\.txt:3: [^\n]+\npprotect: 1 finding/),
  });
  const merge = await repository.force();
  const { stdout } = await repository.pprotect("git", "check", "--all");
  expect(stdout.match(/^[0-9a-f]+ hidden\.txt:\d/gm)).toEqual([
    `${side} hidden.txt:3`,
    `${merge} hidden.txt:3`,
  ]);
});

test("a merge is scanned behind what its first parent added beyond the limit", async () => {
  const repository = await guardedRepository();
  repository.write("big.txt", "end\n");
  await repository.force();
  await repository.must("checkout", "-q", "-b", "side");
  repository.write("other.txt", "x\n");
  await repository.force();
  await repository.must("checkout", "-q", "main");
  const big = "a line of a large file\n".repeat(250_000);
  repository.write("big.txt", `${big}end\n`);
  await repository.force();
  await repository.must("merge", "-q", "--no-commit", "side");
  repository.write("big.txt", `${big}end\n${tokenLine()}\n`);
  await repository.must("add", "big.txt");
  expect((await repository.pprotect("git", "pre-commit")).stderr).toMatch(/^big\.txt:250002: github-token/);
});

test("a merge of a store that one branch renamed is compared with the store before both", async () => {
  const repository = await guardedRepository();
  const start = sampleStore();
  repository.write(STORE, start.toString());
  await repository.force();
  await repository.must("checkout", "-q", "-b", "side");
  const removed = start.removeSecret("dev", "db-password", NOW);
  repository.write(STORE, removed.toString());
  await repository.force();
  await repository.must("checkout", "-q", "main");
  repository.remove(STORE);
  repository.write("sub/protected.yaml", start.addSecret("dev", "new", "v", NOW).toString());
  await repository.force();
  await repository.must("merge", "-q", "--no-commit", "-s", "ours", "side");
  repository.write("sub/protected.yaml", removed.addSecret("dev", "new", "v", NOW).toString());
  const { stderr, status } = await repository.commit("merge");
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(await repository.pprotect("git", "check", "HEAD")).toMatchObject({ status: 0 });
});

test("works in a bare repository, as server-side hooks need", async () => {
  const repository = await guardedRepository();
  repository.write("x.txt", `${tokenLine()}\n`);
  repository.write(
    STORE,
    sampleStore()
      .toString()
      .replace(/secret-token: .*/, "secret-token: abc"),
  );
  await repository.force();
  const bare = join(emptyFolder(), "bare.git");
  await repository.must("clone", "-q", "--bare", ".", bare);
  const { status, stdout } = await runProgram([binary(), "git", "check", "main"], {
    cwd: bare,
    env: { GIT_DIR: "." },
  });
  expect(status).toBe(1);
  expect(stdout).toMatch(/^\w+ x\.txt:1: /m);
  expect(stdout).toMatch(/^\w+ protected\.yaml:\d+: not-sealed: /m);
});

test("refuses an unknown revision, and a revision together with --all", async () => {
  const repository = await guardedRepository();
  await repository.force();
  for (const revision of ["nowhere", "a..b", "--upload-pack=x"]) {
    expect(await repository.pprotect("git", "check", revision)).toMatchObject({ status: 1, stdout: "" });
  }
  // Git lists no commits for these: that is not a clean answer.
  for (const revision of ["HEAD^{tree}", "^HEAD"]) {
    const { status, stderr } = await repository.pprotect("git", "check", revision);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(`not a commit: ${revision}\nhint: give a commit`),
    ]);
  }
  expect((await repository.pprotect("git", "check", "HEAD", "--all")).stderr).toContain("not both");
});

test("a shallow clone is not taken for a clean one: a range that begins before it is reported, and refused by --strict", async () => {
  const origin = await guardedRepository();
  await origin.force("base");
  await origin.must("checkout", "-q", "-b", "feature");
  origin.write("a.txt", `${tokenLine()}\n`);
  await origin.force("add it");
  origin.remove("a.txt");
  const boundary = await origin.force("remove it");
  origin.write("b.txt", "b\n");
  const last = await origin.force("last");
  const clone = join(emptyFolder(), "clone");
  await origin.must("clone", "-q", "--no-local", "--no-single-branch", "--depth=2", origin.folder, clone);
  const check = (...args: readonly string[]) =>
    runProgram([binary(), "git", "check", ...args], { cwd: clone });

  const warning = `pprotect: warning: this is a shallow clone: what came before ${boundary} was not checked`;
  for (const revision of ["origin/main..HEAD", boundary]) {
    const checked = await check(revision);
    expect({ revision, ...checked }).toMatchObject({ revision, status: 0, stdout: "" });
    expect(checked.stderr).toStartWith(warning);
  }
  expect((await check("--all")).stderr).toContain("this is a shallow clone");
  expect((await check("HEAD~3..HEAD")).stderr).toContain("HEAD~3..HEAD\nhint: this is a shallow clone: ");
  const strict = await check("origin/main..HEAD", "--strict", "--json");
  expect({ status: strict.status, ...JSON.parse(strict.stdout) }).toMatchObject({
    status: 1,
    error: { code: "incomplete_history" },
    result: { shallow: true },
  });

  const within = await check(`${boundary}..HEAD`, "--strict", "--json");
  expect(JSON.parse(within.stdout)).toMatchObject({ ok: true, result: { commits: 1, shallow: false } });
  expect((await check(last)).stderr).toBe("pprotect: 1 commit checked, 0 findings\n");
});
