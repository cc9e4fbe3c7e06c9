import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { type MergeCase, mergeCases, openEverything } from "../support/merge-cases.ts";
import { removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const ALICE = { PPROTECT_USER: "alice@example.com", PPROTECT_PASSPHRASE: "alice-pw" };

function caseNamed(start: string): MergeCase {
  const found = mergeCases().find(({ name }) => name.startsWith(start));
  if (!found) throw new Error(`no merge case ${start}`);
  return found;
}

/** A repository on `main` with our version, and `other` with theirs, of one merge case. */
async function branched(start: string): Promise<{ repository: TestRepository; each: MergeCase }> {
  const each = caseNamed(start);
  const repository = await mergeRepository();
  await repository.commitStore(each.bytes.base, "base");
  await repository.must("checkout", "-q", "-b", "other");
  await repository.commitStore(each.bytes.theirs, "theirs");
  await repository.must("checkout", "-q", "main");
  await repository.commitStore(each.bytes.ours, "ours");
  return { repository, each };
}

const storeText = ({ folder }: TestRepository): string =>
  readFileSync(join(folder, "protected.yaml"), "utf8");

function expectMerged(repository: TestRepository, { passphrases, owners, secrets }: MergeCase): void {
  const { data } = KeyFile.parse(readFileSync(join(repository.folder, "protected.yaml")), "merged");
  expect(openEverything(data, passphrases)).toEqual({ owners, secrets } as never);
  expect(KeyFile.from(data).toString()).toBe(storeText(repository));
}

describe("stores merge without a user", () => {
  test.each(
    mergeCases()
      .filter(({ outcome }) => outcome === "clean")
      .map((each) => each.name),
  )("in git merge: %s", async (name) => {
    const { repository, each } = await branched(name);
    const { status, stderr } = await repository.git(["merge", "-q", "-m", "merge", "other"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expectMerged(repository, each);
  });

  test("in git rebase", async () => {
    const { repository, each } = await branched("01");
    expect((await repository.git(["rebase", "-q", "other"])).status).toBe(0);
    expectMerged(repository, each);
  });

  test("in git cherry-pick", async () => {
    const { repository, each } = await branched("01");
    expect((await repository.git(["cherry-pick", "other"])).status).toBe(0);
    expectMerged(repository, each);
  });

  test("in git stash pop", async () => {
    const each = caseNamed("01");
    const repository = await mergeRepository();
    await repository.commitStore(each.bytes.base, "base");
    repository.write("protected.yaml", each.bytes.theirs);
    await repository.must("stash", "-q");
    await repository.commitStore(each.bytes.ours, "ours");
    expect((await repository.git(["stash", "pop", "-q"])).status).toBe(0);
    expectMerged(repository, each);
  });

  test("in git merge-tree, which has no work tree", async () => {
    const { repository, each } = await branched("01");
    const tree = (await repository.must("merge-tree", "--write-tree", "main", "other")).trim();
    await repository.must("checkout", "-q", tree, "--", "protected.yaml");
    expectMerged(repository, each);
  });

  test("in a criss-cross merge, whose common ancestor git makes itself", async () => {
    const { repository } = await branched("01");
    await repository.must("branch", "ours-alone", "main");
    await repository.must("merge", "-q", "-m", "one way", "other");
    await repository.must("checkout", "-q", "other");
    await repository.must("merge", "-q", "-m", "the other way", "ours-alone");
    const add = async (branch: string, secret: string): Promise<void> => {
      await repository.must("checkout", "-q", branch);
      expect((await repository.pprotect(["add-secret", "dev", secret], {}, "v")).status).toBe(0);
      await repository.must("commit", "-qam", secret);
    };
    await add("main", "from-main");
    await add("other", "from-other");
    expect((await repository.git(["merge", "-q", "-m", "criss-cross", "main"])).status).toBe(0);
    const { data } = KeyFile.parse(Buffer.from(storeText(repository)), "merged");
    const secrets = openEverything(data, { "alice@example.com": "alice-pw" }).secrets.dev;
    expect(Object.keys(secrets ?? {}).sort()).toEqual(["from-main", "from-other", "one", "ours", "theirs"]);
  });

  test("where both branches added the file, without a common ancestor", async () => {
    const each = caseNamed("01");
    const repository = await mergeRepository();
    await repository.must("commit", "-q", "--allow-empty", "-m", "root");
    await repository.must("checkout", "-q", "-b", "other");
    await repository.commitStore(each.bytes.theirs, "theirs");
    await repository.must("checkout", "-q", "main");
    await repository.commitStore(each.bytes.ours, "ours");
    expect((await repository.git(["merge", "-q", "-m", "merge", "other"])).status).toBe(0);
    expectMerged(repository, each);
  });

  test.each(
    mergeCases()
      .filter(({ outcome }) => outcome === "needs-credentials")
      .map((each) => each.name),
  )("with an owner's credentials in the environment: %s", async (name) => {
    const { repository, each } = await branched(name);
    const { status } = await repository.git(["merge", "-q", "-m", "merge", "other"], ALICE);
    expect(status).toBe(0);
    expectMerged(repository, each);
  });

  test("with a passphrase in the environment, and git's user", async () => {
    const { repository, each } = await branched(
      mergeCases().find(({ outcome }) => outcome === "needs-credentials")?.name ?? "",
    );
    await repository.must("config", "pprotect.user", ALICE.PPROTECT_USER);
    const passphrase = { PPROTECT_PASSPHRASE: ALICE.PPROTECT_PASSPHRASE };
    expect((await repository.git(["merge", "-q", "-m", "merge", "other"], passphrase)).status).toBe(0);
    expectMerged(repository, each);
  });
});

describe("a conflict", () => {
  test.each(
    mergeCases()
      .filter(({ outcome }) => outcome !== "clean")
      .map((each) => each.name),
  )("is reported by name, and every command refuses the file until it is resolved: %s", async (name) => {
    const { repository, each } = await branched(name);
    const { status, stderr } = await repository.git(["merge", "-q", "-m", "merge", "other"]);
    expect(status).toBe(1);
    for (const conflict of each.conflicts ?? [])
      expect(stderr).toContain(`conflict in protected.yaml: ${conflict}:`);
    for (const command of [["list-domains"], ["check"], ["add-secret", "dev", "x", "--generate"]]) {
      const refused = await repository.pprotect(command);
      expect(refused.status).toBe(1);
      expect(refused.stdout + refused.stderr).toContain("unresolved merge: run `pprotect git resolve`");
    }
  });

  test("resolves by answers, which name who changed it and when, and never show a value", async () => {
    const { repository } = await branched("03");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    const { status, stderr } = await repository.pprotect(["git", "resolve"], {}, "t\n");
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain("dev/k: added by both sides");
    expect(stderr).toMatch(/ours:\s+present, by Anna, \d{4}-\d\d-\d\d/);
    expect((await repository.must("status", "--short")).trim()).toBe("M  protected.yaml");
    const read = await repository.pprotect(["decrypt-domain", "dev", "--secret", "k"], ALICE);
    expect(read.stdout).toBe("t");
  });

  test("resolves to a new value, typed", async () => {
    const { repository } = await branched("03");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    expect((await repository.pprotect(["git", "resolve"], {}, "n\nbrand new\n")).status).toBe(0);
    const read = await repository.pprotect(["decrypt-domain", "dev", "--secret", "k"], ALICE);
    expect(read.stdout).toBe("brand new");
  });

  test("shows the values only with --show and credentials", async () => {
    const { repository } = await branched("03");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    const { stderr } = await repository.pprotect(["git", "resolve", "--show"], ALICE, "o\n");
    expect(stderr).toContain('theirs: "t"');
  });

  test.each(["--ours", "--theirs", "--take=dev/k=theirs"])(
    "resolves by %s without a question",
    async (option) => {
      const { repository } = await branched("03");
      await repository.git(["merge", "-q", "-m", "merge", "other"]);
      expect((await repository.pprotect(["git", "resolve", option, "--non-interactive"])).status).toBe(0);
      const read = await repository.pprotect(["decrypt-domain", "dev", "--secret", "k"], ALICE);
      expect(read.stdout).toBe(option === "--ours" ? "o" : "t");
    },
  );

  test("resolves what was sealed to a replaced key with credentials alone", async () => {
    const { repository, each } = await branched("08");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    expect((await repository.pprotect(["git", "resolve", "--non-interactive"], ALICE)).status).toBe(0);
    expectMerged(repository, each);
  });

  test("is not resolved with a key that no given credentials open, and the file is unchanged", async () => {
    const { repository } = await branched("08");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    const before = storeText(repository);
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--theirs"]);
    expect(status).toBe(1);
    expect(stderr).toContain("give an owner's credentials");
    expect(storeText(repository)).toBe(before);
  });

  test("reports what a decision leaves out", async () => {
    const { repository } = await branched("08");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--ours"]);
    expect(status).toBe(0);
    expect(stderr).toContain("Left out by these decisions: prod/three.");
    // It is in the audit log, so the guard accepts it.
    expect(storeText(repository)).toContain("-- removed secret three from prod");
    expect((await repository.pprotect(["git", "pre-commit"])).status).toBe(0);
  });

  test("is not decided by a name that is not in conflict", async () => {
    const { repository } = await branched("03");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    const before = storeText(repository);
    const { status, stderr } = await repository.pprotect([
      "git",
      "resolve",
      "--theirs",
      "--take",
      "dev/kk=ours",
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('"dev/kk" is not in conflict\nhint: did you mean "dev/k"?');
    const asked = await repository.pprotect(["git", "resolve", "--take", "other/kk=ours"]);
    expect([asked.status, asked.stderr]).toEqual([
      1,
      'pprotect: "other/kk" is not in conflict\nhint: conflicts: dev/k\n',
    ]);
    expect(storeText(repository)).toBe(before);
  });

  test("is never written over a file that was resolved by hand", async () => {
    const { repository } = await branched("03");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    await repository.must("checkout", "--theirs", "protected.yaml");
    expect((await repository.pprotect(["add-secret", "dev", "extra", "--generate"])).status).toBe(0);
    const before = storeText(repository);
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--ours"]);
    expect(status).toBe(1);
    expect(stderr).toContain("it was resolved by hand");
    expect(storeText(repository)).toBe(before);
  });

  test("is found from any directory of the repository", async () => {
    const { repository } = await branched("03");
    await repository.git(["merge", "-q", "-m", "merge", "other"]);
    repository.write("deep/er/file", "");
    const { status } = await repository.pprotect(["git", "resolve", "--ours", "--file", "protected.yaml"]);
    expect(status).toBe(0);
    await repository.must("checkout", "-m", "protected.yaml");
    const { stderr } = await repository.pprotect(["git", "resolve", "--ours"]);
    expect(stderr).toContain("Resolved and staged protected.yaml");
  });

  test("is refused where there is no conflict", async () => {
    const { repository } = await branched("01");
    const { status, stderr } = await repository.pprotect(["git", "resolve"]);
    expect(status).toBe(1);
    expect(stderr).toContain("protected.yaml is not in conflict\nhint: there is nothing to resolve\n");
    // Such a merge leaves no conflict in the index, only what has to be committed.
    await repository.git(["merge", "-q", "-s", "ours", "--no-commit", "other"]);
    expect((await repository.pprotect(["git", "resolve"])).stderr).toContain(
      "`git merge --abort` and merge again",
    );
  });
});

test("a version that is not a store gets git's own text merge, which is never clean, and the side is named", async () => {
  const each = caseNamed("01");
  const repository = await mergeRepository();
  await repository.commitStore(each.bytes.base, "base");
  await repository.must("checkout", "-q", "-b", "other");
  await repository.commitStore(`${Buffer.from(each.bytes.base).toString()}- {broken\n`, "theirs");
  await repository.must("checkout", "-q", "main");
  await repository.commitStore(each.bytes.ours, "ours");
  const { status, stderr } = await repository.git(["merge", "-q", "-m", "merge", "other"]);
  expect(status).toBe(1);
  expect(stderr).toContain("cannot read their version:");
  expect(stderr).toContain(
    "fell back to a line-based merge; fix the file by hand, then run `pprotect check`",
  );
  expect(storeText(repository)).toContain("- {broken");
});

test("conflict markers are as long as git asks", async () => {
  const { repository } = await branched("03");
  repository.write(".git/info/attributes", "protected.yaml merge=pprotect conflict-marker-size=12\n");
  await repository.git(["merge", "-q", "-m", "merge", "other"]);
  expect(storeText(repository)).toMatch(/^<{12} ours\n[^<>=]*AA?[^\n]*\n={12}\n[^\n]+\n>{12} theirs$/m);
});

describe("a conflict is never taken for one of two common ancestors", () => {
  test.each(["12", "20x", "9.5", "2000", "4294967305"])("with conflict-marker-size=%s", async (size) => {
    const { repository } = await branched("03");
    repository.write(".git/info/attributes", `protected.yaml merge=pprotect conflict-marker-size=${size}\n`);
    const { status } = await repository.git(["merge", "-q", "-m", "merge", "other"]);
    expect(status).toBe(1);
    expect(storeText(repository)).toMatch(/^<{7,} ours$/m);
  });

  test("with attributes that git was given for this command", async () => {
    const { repository } = await branched("03");
    repository.write("attributes", "protected.yaml conflict-marker-size=12\n");
    const file = join(repository.folder, "attributes");
    const { status } = await repository.git(["-c", `core.attributesFile=${file}`, "merge", "-q", "other"]);
    expect(status).toBe(1);
    expect(storeText(repository)).toMatch(/^<{12} ours$/m);
  });

  test("in a bare repository", async () => {
    const { repository } = await branched("03");
    repository.write(".git/info/attributes", "protected.yaml merge=pprotect conflict-marker-size=12\n");
    await repository.must("config", "core.bare", "true");
    const { status, stdout } = await repository.git([
      "--git-dir=.git",
      "merge-tree",
      "--write-tree",
      "main",
      "other",
    ]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: expect.stringContaining("Merge conflict in") });
  });
});

test("a binary version leaves our version as it was, and the message does not claim a line-based merge", async () => {
  const { repository, each } = await branched("01");
  await repository.must("checkout", "-q", "other");
  await repository.commitStore(Buffer.concat([each.bytes.theirs, Buffer.from("\0\n")]), "binary");
  await repository.must("checkout", "-q", "main");
  const { status, stderr } = await repository.git(["merge", "-q", "-m", "merge", "other"]);
  expect(status).toBe(1);
  expect(stderr).toContain(
    "left as our version, because the line-based merge failed too: Cannot merge binary",
  );
  expect(stderr).not.toContain("fell back to a line-based merge");
  expect(storeText(repository)).toBe(Buffer.from(each.bytes.ours).toString());
});
