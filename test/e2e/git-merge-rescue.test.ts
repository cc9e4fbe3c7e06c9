import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { openEverything } from "../support/merge-cases.ts";
import { ALICE, BOB, PASSPHRASES, rotated, teamStore, tick } from "../support/merge-stores.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
/** An attribute by which git runs no merge driver. */
const WITHOUT_DRIVER = "protected.yaml -merge\n";

const base = teamStore();
const added = (name: string): KeyFile => base.addSecret("prod", name, `${name}-value`, tick());
const updated = (value: string, from = base): KeyFile => from.updateSecret("prod", "db", value, tick());

/** On `main` with our version, `other` with theirs, `base` before both. */
async function branches(ours: KeyFile, theirs: KeyFile): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(base.toString(), "base");
  await repository.must("branch", "base");
  await repository.must("checkout", "-q", "-b", "other");
  await repository.commitStore(theirs.toString(), "theirs");
  await repository.must("checkout", "-q", "main");
  await repository.commitStore(ours.toString(), "ours");
  return repository;
}

const merge = (repository: TestRepository, env = {}) =>
  repository.git(["merge", "-q", "-m", "merge", "other"], env);

function opened({ folder }: TestRepository, file = "protected.yaml") {
  return openEverything(KeyFile.parse(readFileSync(join(folder, file)), file).data, PASSPHRASES);
}

async function expectAccepted(repository: TestRepository): Promise<void> {
  expect(await repository.pprotect(["git", "pre-commit"])).toMatchObject({ status: 0 });
  await repository.must("commit", "-q", "-m", "resolved");
  expect(await repository.pprotect(["git", "check", "HEAD"])).toMatchObject({ status: 0 });
}

describe("git resolve merges from the index, where no merge driver ran", () => {
  test("because it is not on PATH or was never installed", async () => {
    const repository = await branches(added("o"), added("t"));
    await repository.must("config", "merge.pprotect.driver", "exit 1");
    expect((await merge(repository)).status).toBe(1);
    expect(await repository.pprotect(["git", "resolve"])).toMatchObject({ status: 0 });
    expect(Object.keys(opened(repository).secrets.prod ?? {}).sort()).toEqual(["db", "leaked", "o", "t"]);
    await expectAccepted(repository);
  });

  test("because an attribute makes the file binary", async () => {
    const repository = await branches(added("o"), added("t"));
    repository.write(".git/info/attributes", "*.yaml binary\n");
    expect((await merge(repository)).status).toBe(1);
    expect(await repository.pprotect(["git", "resolve"])).toMatchObject({ status: 0 });
    expect(Object.keys(opened(repository).secrets.prod ?? {})).toContain("t");
  });

  test("because one side renamed the store to a name that no attribute has", async () => {
    const repository = await branches(added("o"), base);
    await repository.must("checkout", "-q", "other");
    await repository.must("mv", "protected.yaml", "team.yaml");
    repository.write("team.yaml", added("t").toString());
    await repository.must("commit", "-qam", "renamed");
    await repository.must("checkout", "-q", "main");
    expect((await merge(repository)).status).toBe(1);
    const { status, stderr } = await repository.pprotect(["git", "resolve"]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(Object.keys(opened(repository, "team.yaml").secrets.prod ?? {}).sort()).toEqual([
      "db",
      "leaked",
      "o",
      "t",
    ]);
  });

  test("because the directory is not in a sparse checkout", async () => {
    const repository = await branches(base, base);
    await repository.must("mv", "protected.yaml", "moved");
    repository.write("in/protected.yaml", updated("o").toString());
    repository.write("out/file", "");
    await repository.must("add", "-A");
    await repository.must("commit", "-qm", "moved");
    await repository.must("checkout", "-q", "-b", "later");
    repository.write("in/protected.yaml", added("t").toString());
    await repository.must("commit", "-qam", "later");
    await repository.must("checkout", "-q", "main");
    repository.write("in/protected.yaml", added("o").toString());
    await repository.must("commit", "-qam", "ours");
    repository.write(".git/info/attributes", "in/protected.yaml -merge\n");
    await repository.must("sparse-checkout", "set", "out");
    expect(existsSync(join(repository.folder, "in"))).toBe(false);
    expect((await repository.git(["merge", "-q", "-m", "merge", "later"])).status).toBe(1);
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--theirs"]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect((await repository.must("status", "--short", "--untracked-files=no")).trim()).toBe(
      "M  in/protected.yaml",
    );
  });

  test("but not over a file that was resolved by hand", async () => {
    const repository = await branches(added("o"), added("t"));
    repository.write(".git/info/attributes", WITHOUT_DRIVER);
    await merge(repository);
    expect((await repository.pprotect(["add-secret", "prod", "by-hand", "--generate"])).status).toBe(0);
    expect((await repository.pprotect(["git", "resolve"])).stderr).toContain("it was resolved by hand");
  });

  test("names a side that is not a store, and the file is unchanged", async () => {
    const repository = await branches(added("o"), added("t"));
    await repository.must("checkout", "-q", "other");
    await repository.commitStore(`${added("t").toString()}- {broken\n`, "broken");
    await repository.must("checkout", "-q", "main");
    await merge(repository);
    const before = readFileSync(join(repository.folder, "protected.yaml"));
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--ours"]);
    expect(status).toBe(1);
    expect(stderr).toContain("protected.yaml (theirs)");
    expect(readFileSync(join(repository.folder, "protected.yaml"))).toEqual(before);
  });
});

test("a file that cannot be staged is resolved all the same, and the message names the command that stages it", async () => {
  const repository = await branches(updated("o"), updated("t"));
  await merge(repository);
  const lock = join(repository.folder, ".git/index.lock");
  repository.write(".git/index.lock", "");
  const { status, stderr } = await repository.pprotect(["git", "resolve", "--theirs"]);
  expect(status).toBe(1);
  expect(stderr).toContain("protected.yaml was resolved and written, but not staged");
  expect(stderr).toContain("git add -- protected.yaml");
  rmSync(lock);
  await repository.must("add", "--", "protected.yaml");
  expect(opened(repository).secrets.prod?.db).toBe("t");
  await expectAccepted(repository);
});

describe("credentials in the environment", () => {
  const ours = rotated(base);

  test.each([
    [
      "a wrong passphrase",
      ALICE.name,
      BOB.passphrase,
      "the passphrase does not match the key of alice@example.com",
    ],
    ["a mistyped name", "alic@example.com", ALICE.passphrase, 'did you mean "alice@example.com"?'],
    [
      "a custodian who is not an owner",
      "carol@example.com",
      PASSPHRASES["carol@example.com"] ?? "",
      "does not own what is in conflict",
    ],
  ])("that open nothing are reported once: %s", async (_name, user, passphrase, message) => {
    const repository = await branches(ours, added("t").addSecret("prod", "u", "v", tick()));
    const { status, stderr } = await merge(repository, {
      PPROTECT_USER: user,
      PPROTECT_PASSPHRASE: passphrase,
    });
    expect(status).toBe(1);
    expect(stderr.split(message)).toHaveLength(2);
    expect(stderr).toContain("the given credentials were not used");
  });

  test("are not read where nothing has to be opened", async () => {
    const repository = await branches(added("o"), added("t"));
    const missing = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: "wrong" };
    expect(await merge(repository, missing)).toMatchObject({ status: 0, stderr: "" });
  });
});

describe("a conflict about a secret of a domain whose key one side replaced", () => {
  const prepared = async (): Promise<TestRepository> => {
    const repository = await branches(rotated(base), updated("NEW"));
    await merge(repository);
    return repository;
  };

  test("asks for an owner's credentials first, and the update is there afterwards", async () => {
    const repository = await prepared();
    const answers = `${ALICE.name}\n${ALICE.passphrase}\n`;
    const { status, stderr } = await repository.pprotect(["git", "resolve"], {}, answers);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).not.toContain("Take [o]urs");
    // The rotation is proven, so its key stays.
    expect(stderr).not.toContain("has a new key");
    expect(opened(repository).secrets.prod?.db).toBe("NEW");
    await expectAccepted(repository);
  });

  test("can be decided without, and what that undoes is listed", async () => {
    const repository = await prepared();
    const { status, stderr } = await repository.pprotect(["git", "resolve"], {}, "\no\n");
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain("Undone by these decisions: prod/db (changed by theirs).");
    await expectAccepted(repository);
  });
});

test("each side removed another owner, and one replaced the key: either decision leaves a store that its owner reads", async () => {
  const theirs = rotated(base.removeOwner("prod", BOB.name, tick()));
  const ours = base.removeOwner("prod", ALICE.name, tick());
  for (const [side, owner, undone] of [
    ["--ours", BOB.name, "prod (its key replaced by theirs"],
    ["--theirs", ALICE.name, "prod owner alice@example.com (removed by ours)"],
  ] as const) {
    const repository = await branches(ours, theirs);
    await merge(repository);
    const { status, stderr } = await repository.pprotect(["git", "resolve", side]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain(undone);
    expect(opened(repository).owners.prod).toEqual([owner]);
    await expectAccepted(repository);
  }
});

test("an owner who is left out is named, and logged as removed", async () => {
  const granted = base.addOwner("prod", "carol@example.com", base.unlock(ALICE) ?? never(), tick());
  const repository = await branches(rotated(base), granted);
  await merge(repository);
  const { status, stderr } = await repository.pprotect(["git", "resolve", "--ours"]);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stderr).toContain("Left out by these decisions: prod owner carol@example.com.");
  expect(readFileSync(join(repository.folder, "protected.yaml"), "utf8")).toContain(
    "removed owner carol@example.com from prod",
  );
  await expectAccepted(repository);
});

function never(): never {
  throw new Error("alice's passphrase is right");
}

test("git resolve --json lists the conflicts without a question, then takes decisions by name", async () => {
  const repository = await branches(updated("o"), updated("t"));
  await merge(repository);
  const listed = await repository.pprotect(["git", "resolve", "--json"]);
  expect(listed.status).toBe(1);
  expect(readAnswer(listed.stdout)).toMatchObject({
    ok: false,
    error: { code: "unresolved_merge" },
    result: { conflicts: [{ name: "prod/db", kind: "secret", choices: ["ours", "theirs", "new"] }] },
  });
  const decided = await repository.pprotect(["git", "resolve", "--json", "--take", "prod/db=theirs"]);
  expect(readAnswer(decided.stdout)).toMatchObject({
    ok: true,
    result: { conflicts: [], undone: [{ name: "prod/db", side: "ours", change: "changed" }] },
  });
});

describe("git resolve --merge corrects a committed merge", () => {
  test.each([
    ["which renamed the store", "merge"],
    ["before the store was renamed", "after"],
    ["of a branch that renamed the store", "other"],
  ])("%s", async (_, where) => {
    const repository = await branches(added("o"), added("t"));
    const move = async (message: string) => {
      await repository.must("mv", "protected.yaml", "team.yaml");
      await repository.must("commit", "-q", "-am", message);
    };
    if (where === "other") {
      await repository.must("checkout", "-q", "other");
      await move("moved");
      await repository.must("checkout", "-q", "main");
    }
    // Takes our version as a whole.
    await repository.must("merge", "-q", "--no-commit", "-s", "ours", "other");
    if (where === "merge" || where === "other") await repository.must("mv", "protected.yaml", "team.yaml");
    await repository.must("commit", "-q", "-am", "merge");
    const commit = (await repository.must("rev-parse", "HEAD")).trim();
    if (where === "after") await move("moved");
    const line = ["git", "resolve", "--file", "team.yaml", "--merge", commit];
    expect(await repository.pprotect(line)).toMatchObject({ status: 0 });
    const { prod } = opened(repository, "team.yaml").secrets;
    expect(Object.keys(prod ?? {}).sort()).toEqual(["db", "leaked", "o", "t"]);
  });

  test("that took one side's file, and says what was lost and what came back", async () => {
    const theirs = added("t").removeSecret("prod", "leaked", tick());
    const repository = await branches(added("o"), theirs);
    await repository.must("merge", "-q", "-s", "ours", "-m", "by a button", "other");
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--merge", "HEAD"]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain("lost by the merge; now added secret t in prod");
    expect(stderr).toContain("brought back by the merge; now removed secret leaked from prod");
    expect(Object.keys(opened(repository).secrets.prod ?? {}).sort()).toEqual(["db", "o", "t"]);
    await expectAccepted(repository);
    const again = await repository.pprotect(["git", "resolve", "--merge", "HEAD~1", "--json"]);
    expect(readAnswer(again.stdout)).toMatchObject({ ok: true, result: { corrections: [] } });
  });

  test("with later changes on top, and with an owner's credentials where a key was replaced", async () => {
    const repository = await branches(rotated(base), added("t"));
    await repository.must("merge", "-q", "-s", "ours", "-m", "by a button", "other");
    expect((await repository.pprotect(["add-secret", "prod", "later", "--generate"])).status).toBe(0);
    await repository.must("commit", "-qam", "later");
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--merge", "HEAD~1"], AS_ALICE);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(Object.keys(opened(repository).secrets.prod ?? {}).sort()).toEqual(["db", "later", "leaked", "t"]);
    await expectAccepted(repository);
  });

  test("that left conflict markers in the file", async () => {
    const repository = await branches(added("o"), added("t"));
    repository.write(".git/info/attributes", "");
    await merge(repository);
    await repository.must("commit", "-qam", "with markers");
    expect((await repository.pprotect(["check"])).status).toBe(1);
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--merge", "HEAD"]);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(Object.keys(opened(repository).secrets.prod ?? {}).sort()).toEqual(["db", "leaked", "o", "t"]);
  });

  test("and refuses what is not a merge", async () => {
    const repository = await branches(added("o"), added("t"));
    for (const revision of ["HEAD", "nothing", "--all"]) {
      const { status, stderr } = await repository.pprotect(["git", "resolve", `--merge=${revision}`]);
      expect(status).toBe(1);
      expect(stderr).toContain("is not a merge of two commits");
    }
  });
});

describe("git rerere", () => {
  test("resolves a file that is as it was, and is declined without a report where it is not", async () => {
    const repository = await branches(updated("o"), updated("t"));
    await repository.must("config", "rerere.enabled", "true");
    await merge(repository);
    expect((await repository.pprotect(["git", "resolve", "--theirs"])).status).toBe(0);
    await repository.must("commit", "-qm", "resolved");
    await repository.must("reset", "-q", "--hard", "HEAD~1");
    expect((await merge(repository)).status).toBe(1);
    expect(opened(repository).secrets.prod?.db).toBe("t");

    await repository.must("reset", "-q", "--hard");
    expect((await repository.pprotect(["add-secret", "prod", "extra", "--generate"])).status).toBe(0);
    await repository.must("commit", "-qam", "extra");
    const { stderr } = await merge(repository);
    expect(stderr).not.toContain("cannot read");
    expect(stderr).not.toContain("line-based");
    expect(readFileSync(join(repository.folder, "protected.yaml"), "utf8")).toMatch(/^<{7} ours$/m);
  });
});

describe("commits taken over one by one", () => {
  test("a cherry-pick brings no audit log entries of other commits", async () => {
    const repository = await branches(added("o"), base);
    await repository.must("checkout", "-q", "other");
    for (const name of ["f1", "f2", "f3"]) {
      expect((await repository.pprotect(["add-secret", "prod", name, "--generate"])).status).toBe(0);
      await repository.must("commit", "-qam", name);
    }
    await repository.must("checkout", "-q", "main");
    await repository.must("cherry-pick", "other");
    const log = (await repository.pprotect(["list-audit-log"])).stdout;
    expect(log).toContain("added secret f3 in prod");
    expect(log).not.toMatch(/added secret f[12] /);
    expect(await repository.pprotect(["git", "check", "HEAD"])).toMatchObject({ status: 0 });
  });
});

test("a criss-cross merge whose ancestors are in conflict undoes no removal", async () => {
  const repository = await branches(updated("o"), updated("t"));
  const ours = (await repository.must("rev-parse", "main")).trim();
  const resolve = async (side: string): Promise<void> => {
    expect((await repository.pprotect(["git", "resolve", side])).status).toBe(0);
    await repository.must("commit", "-qm", side);
  };
  await merge(repository);
  await resolve("--ours");
  await repository.must("checkout", "-q", "other");
  await repository.git(["merge", "-q", "-m", "back", ours]);
  await resolve("--theirs");
  for (const command of [
    ["rm-owner", "prod", BOB.name],
    ["rm-secret", "prod", "leaked"],
  ]) {
    expect((await repository.pprotect(command)).status).toBe(0);
  }
  await repository.must("commit", "-qam", "removed");
  await repository.must("checkout", "-q", "main");
  expect((await repository.pprotect(["add-secret", "dev", "y", "--generate"])).status).toBe(0);
  await repository.must("commit", "-qam", "unrelated");
  const { status, stderr } = await merge(repository);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(opened(repository).owners.prod).toEqual([ALICE.name]);
  expect(Object.keys(opened(repository).secrets.prod ?? {})).toEqual(["db"]);
});

test("two users who merge the same two rotations, then each other's merge, decide nothing", async () => {
  const repository = await branches(
    rotated(base).addSecret("prod", "o", "o-value", tick()),
    rotated(base).addSecret("prod", "t", "t-value", tick()),
  );
  await repository.must("branch", "ours-alone");
  expect((await merge(repository, AS_ALICE)).status).toBe(0);
  await repository.must("checkout", "-q", "other");
  const asBob = { PPROTECT_USER: BOB.name, PPROTECT_PASSPHRASE: BOB.passphrase };
  expect((await repository.git(["merge", "-q", "-m", "back", "ours-alone"], asBob)).status).toBe(0);
  const { status, stderr } = await repository.git(["merge", "-q", "-m", "both", "main"], asBob);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  expect(stderr).toContain("domain prod has a new key, made by this merge: both sides replaced its key");
  expect(opened(repository).owners.prod).toEqual([ALICE.name, BOB.name]);
  expect(opened(repository).secrets.prod).toEqual({
    db: "db-value",
    leaked: "leaked-value",
    o: "o-value",
    t: "t-value",
  });
  expect(await repository.pprotect(["git", "check", "HEAD"])).toMatchObject({ status: 0 });
});
