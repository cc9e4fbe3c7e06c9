import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GuardedRepository, guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";
import { sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const FILE = ".pprotect-baseline.json";
const LINES = `first\n${tokenLine()}\n`;

/** A repository whose only commit has a token. */
async function repositoryWithToken(): Promise<GuardedRepository> {
  const repository = await guardedRepository();
  repository.write("src/a.txt", LINES);
  await repository.force();
  return repository;
}

async function withBaseline(): Promise<GuardedRepository> {
  const repository = await repositoryWithToken();
  expect((await repository.pprotect("git", "check", "--all", "--write-baseline")).status).toBe(0);
  expect(await repository.commit()).toMatchObject({ status: 0 });
  return repository;
}

const check = async (repository: GuardedRepository, ...args: readonly string[]) => {
  const { status, stdout } = await repository.pprotect("git", "check", "--json", ...args);
  return { status, result: readAnswer(stdout).result };
};

describe("a baseline", () => {
  test("written once accepts what is there, and not what comes", async () => {
    const repository = await repositoryWithToken();
    expect((await check(repository, "--all")).status).toBe(1);
    const { stdout, stderr } = await repository.pprotect("git", "check", "--all", "--write-baseline");
    expect(stdout).toBe("");
    expect(stderr).toBe(
      "pprotect: 1 commit checked, 0 findings, 1 suppressed (1 by the baseline)\n" +
        `Wrote 1 entry to ${FILE}: 1 added, 0 removed. Commit it: \`git check\` reads the file of the newest commit.\n`,
    );
    const text = readFileSync(join(repository.folder, FILE), "utf8");
    expect(text).toMatch(
      /^\{\n {2}"version": 1,\n {2}"findings": \[\n {4}\{"path":"src\/a\.txt","rule":"github-token","line_hash":"[0-9a-f]{32}"\}\n {2}\]\n\}\n$/,
    );
    const committed = await repository.commit();
    expect([committed.status, committed.stderr]).toEqual([
      0,
      `${FILE}:4: warning: baseline: accepts 1 more finding: github-token in src/a.txt\n`,
    ]);
    expect((await check(repository, "--all")).result).toMatchObject({
      findings: [],
      warnings: [],
      suppressed: [{ path: "src/a.txt", rule: "github-token", by: "baseline" }],
      baseline: null,
    });
    expect((await check(repository, "--all", "--no-baseline")).status).toBe(1);
    expect(await repository.pprotect("scan")).toMatchObject({ status: 0, stdout: "" });

    repository.write("src/a.txt", `${LINES}${tokenLine()}\n${tokenLine()}\n`);
    expect((await repository.commit()).stderr).toContain("pprotect: 1 finding, nothing committed");
  });

  test("stays valid when lines are moved, files renamed and commits rebased", async () => {
    const repository = await withBaseline();
    repository.write("src/a.txt", `one\ntwo\n\n  ${tokenLine()}\nfirst\n`);
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
    await repository.must("checkout", "-q", "-b", "side");
    await repository.must("mv", "src/a.txt", "src/b.txt");
    repository.write("src/b.txt", `${"new\n".repeat(9)}\t${tokenLine()}\n`);
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
    expect((await repository.pprotect("scan")).status).toBe(0);
    await repository.must("checkout", "-q", "main");
    repository.write("other.txt", "other\n");
    await repository.commit();
    await repository.must("rebase", "-q", "main", "side");
    expect((await check(repository, "main..side")).status).toBe(0);
    expect((await check(repository, "--all")).result).toMatchObject({ findings: [], warnings: [] });
  });

  test("accepts a line that was given another secret, with a warning where it is staged", async () => {
    const repository = await withBaseline();
    repository.write("src/a.txt", `first\n  ${tokenLine()}\n`);
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
    const other = LINES.replace(/_\w+/, (token) =>
      [...token]
        .reverse()
        .join("")
        .replace(/^(.*)_$/, "_$1"),
    );
    repository.write("src/a.txt", other);
    const { status, stderr } = await repository.commit();
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^src\/a\.txt:2: warning: github-token: accepted by \S+, but the line is new or has changed: if it has another secret, change that secret, /,
      ),
    ]);
    expect((await check(repository, "--all")).status).toBe(0);
  });

  test("that a branch extends accepts, and says what", async () => {
    const repository = await withBaseline();
    await repository.must("checkout", "-q", "-b", "hostile");
    repository.write("new.txt", `${tokenLine()}\n`);
    await repository.force();
    const found = await check(repository, "main..hostile");
    expect([found.status, found.result.findings.length]).toEqual([1, 1]);
    await repository.pprotect("git", "check", "--write-baseline");
    await repository.force();
    const { status, result } = await check(repository, "main..hostile");
    expect([status, result.findings]).toEqual([0, []]);
    expect(result.warnings).toMatchObject([
      {
        path: "new.txt",
        message: expect.stringMatching(/^accepted by a new entry of .*: looks like a GitHub token/),
      },
      { path: FILE, rule: "baseline", message: "accepts 1 more finding: github-token in new.txt" },
    ]);
    await repository.must("checkout", "-q", "main");
    await repository.must("merge", "-q", "--no-verify", "hostile");
    expect((await check(repository, "--all")).result.warnings).toEqual([]);
  });

  test("reports entries that match nothing any more, and is written without them", async () => {
    const repository = await withBaseline();
    repository.write("src/a.txt", "first\n");
    await repository.commit();
    const { status, stderr } = await repository.pprotect("scan");
    expect([status, stderr]).toEqual([
      0,
      expect.stringContaining(
        `${FILE}:4: warning: baseline: github-token in src/a.txt is not found any more`,
      ),
    ]);
    // Of some files nothing can be said about the others; the history has the line for ever.
    expect((await repository.pprotect("scan", "src")).stderr).not.toContain("any more");
    expect((await check(repository, "--all")).result.warnings).toEqual([]);
    expect((await repository.pprotect("scan", "src", "--write-baseline")).stderr).toContain(
      "0 added, 0 removed",
    );
    expect((await repository.pprotect("scan", "--write-baseline")).stderr).toContain("Wrote 0 entries");
    expect(readFileSync(join(repository.folder, FILE), "utf8")).toContain('"findings": []');
  });

  test("that cannot be read is one error, and is written again", async () => {
    const repository = await withBaseline();
    repository.write(FILE, `{\n${"<".repeat(7)} HEAD\n`);
    const problem = `pprotect: ${FILE}:2: unresolved merge\nhint: restore it from git, or write it again with `;
    const scanned = await repository.pprotect("scan");
    expect([scanned.status, scanned.stderr]).toEqual([1, expect.stringContaining(problem)]);
    expect((await repository.commit()).stderr).toContain(problem);
    expect((await repository.pprotect("git", "check", "--all", "--write-baseline")).status).toBe(0);
    expect((await repository.pprotect("scan")).status).toBe(0);
  });

  test("may be another file, which exists, and is not combined with --no-baseline", async () => {
    const repository = await repositoryWithToken();
    const missing = await repository.pprotect("git", "check", "--baseline", "other.json");
    expect([missing.status, missing.stderr]).toEqual([
      1,
      "pprotect: cannot read other.json: no such file or directory\nhint: `--write-baseline` creates it\n",
    ]);
    const write = ["--baseline", "other.json", "--write-baseline"];
    expect((await repository.pprotect("git", "check", ...write)).stderr).not.toContain("Commit it");
    expect((await check(repository, "--baseline", "other.json")).status).toBe(0);
    expect((await check(repository)).status).toBe(1);
    expect((await repository.pprotect("scan", "--no-baseline", ...write)).stderr).toContain(
      "scan: give --baseline or --no-baseline, not both\nhint: leave out one of them\n",
    );
  });

  test("accepts problems of a store in the history, of that version alone, and in no new commit", async () => {
    const repository = await guardedRepository();
    const broken = (more = "") =>
      `${sampleStore()
        .toString()
        .replace(/secret-token: .*/, "secret-token: plain")}${more}`;
    const good = sampleStore().toString();
    const [bad, other] = [broken(), broken("# more\n")];
    repository.write("protected.yaml", bad);
    await repository.force();
    repository.write("protected.yaml", good);
    await repository.force();
    expect((await check(repository, "--all")).status).toBe(1);
    const ofCommit = await repository.pprotect("git", "check", "HEAD~1", "--write-baseline");
    expect(ofCommit.stderr).toContain("Wrote 0 entries");
    expect(ofCommit.stderr).toContain("1 finding not accepted: problems of a store, ");
    const ofAll = await repository.pprotect("git", "check", "--all", "--write-baseline");
    expect(ofAll.stderr).not.toContain("not accepted");
    expect((await repository.commit()).status).toBe(0);
    const { status, result } = await check(repository, "--all");
    expect([status, result.suppressed[0].rule, result.suppressed[0].by]).toEqual([
      0,
      "not-sealed",
      "baseline",
    ]);
    repository.write("protected.yaml", bad);
    expect((await repository.commit()).stderr).toContain("not-sealed");
    await repository.force();
    expect((await check(repository, "HEAD")).status).toBe(1);
    repository.write("protected.yaml", other);
    await repository.force();
    expect((await check(repository, "--all")).status).toBe(1);
  });

  test("accepts credentials that open a store in the history alone, and warns", async () => {
    const repository = await guardedRepository();
    const passphrase = "PPROTECT_PASSPHRASE: correct horse battery staple\n";
    repository.write("deploy.yaml", passphrase);
    await repository.force();
    const { stderr } = await repository.pprotect("git", "check", "--all", "--write-baseline");
    expect(stderr).toContain("warning: some of the entries are for credentials that open a store: change");
    expect((await repository.commit()).status).toBe(0);
    expect((await check(repository, "--all")).status).toBe(0);
    expect((await repository.pprotect("scan")).status).toBe(1);
    repository.write("deploy.yaml", `more: 1\n${passphrase.replace("battery", "other")}`);
    expect((await repository.commit()).stderr).toContain("deploy.yaml:2: pprotect-passphrase");
  });
});
