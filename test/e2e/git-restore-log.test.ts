import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const store = sampleStore();
const left = store.removeOwner("dev", BOB.name, NOW);
const rotated = left.rotateDomainKey("dev", unlocked(left, ALICE), NOW);

const logIn = async ({ folder }: TestRepository): Promise<readonly string[]> =>
  KeyFile.parse(await Bun.file(join(folder, "protected.yaml")).bytes(), "store").data.auditLog;

/** Bob left and `dev` was rotated in the newest commit, which is then reverted. */
async function reverted(): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(store.toString(), "base");
  await repository.commitStore(rotated.toString(), "bob leaves");
  await repository.must("revert", "--no-edit", "HEAD");
  return repository;
}

describe("after a revert of the newest commit", () => {
  test("git check names the command and who came back", async () => {
    const { status, stdout } = await (await reverted()).pprotect(["git", "check"]);
    expect(status).toBe(1);
    expect(stdout).toContain("audit-log-rewritten");
    expect(stdout).toContain(
      "`pprotect git restore-log` puts the entries back; owners who came back: bob@example.com (dev)",
    );
  });

  test("the entries are put back, and the amended commit passes", async () => {
    const repository = await reverted();
    const { status, stderr } = await repository.pprotect(["git", "restore-log"]);
    expect(status).toBe(0);
    expect(stderr).toContain("Put 4 audit log entries back.");
    expect(stderr).toContain("warning: the revert brought owners back: bob@example.com (dev)");
    expect(await logIn(repository)).toEqual(rotated.data.auditLog);
    await repository.must("commit", "-q", "--amend", "--no-edit");
    expect((await repository.pprotect(["git", "check"])).status).toBe(0);
    expect((await repository.pprotect(["git", "check", "--all"])).status).toBe(0);
    const again = await repository.pprotect(["git", "restore-log"]);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain("No entry is missing");
  });

  test("a program gets the owners, and the next command", async () => {
    const { stdout } = await (await reverted()).pprotect(["git", "restore-log", "--json"]);
    expect(readAnswer(stdout)).toMatchObject({
      ok: true,
      result: { restored: 4, owners_back: [{ domain: "dev", owner: BOB.name }] },
      next_actions: [{ command: "git commit --amend --no-edit" }],
    });
  });

  test("and more commits, an older commit can be named", async () => {
    const repository = await reverted();
    const added = store.addSecret("prod", "later", "v", NOW);
    await repository.commitStore(added.toString(), "later");
    expect((await repository.pprotect(["git", "restore-log"])).stderr).toContain("No entry is missing");
    expect((await repository.pprotect(["git", "restore-log", "HEAD~2"])).status).toBe(0);
    const log = await logIn(repository);
    for (const entry of [...rotated.data.auditLog, ...added.data.auditLog]) expect(log).toContain(entry);
  });
});

test("after a revert of a merge the entries are put back", async () => {
  const repository = await mergeRepository();
  await repository.commitStore(store.toString(), "base");
  await repository.must("checkout", "-qb", "other");
  await repository.commitStore(store.addSecret("prod", "theirs", "v", NOW).toString(), "theirs");
  await repository.must("checkout", "-q", "main");
  await repository.commitStore(store.addSecret("dev", "ours", "v", NOW).toString(), "ours");
  await repository.must("merge", "-q", "--no-edit", "other");
  const merged = await logIn(repository);
  await repository.must("revert", "--no-edit", "-m", "1", "HEAD");
  expect((await repository.pprotect(["git", "check"])).status).toBe(1);
  expect((await repository.pprotect(["git", "restore-log"])).status).toBe(0);
  await repository.must("commit", "-q", "--amend", "--no-edit");
  expect(await logIn(repository)).toEqual(merged);
  expect((await repository.pprotect(["git", "check"])).status).toBe(0);
});

test("a log that was truncated by command stays so", async () => {
  const repository = await mergeRepository();
  await repository.commitStore(store.toString(), "base");
  await repository.commitStore(store.truncateAuditLog(1).toString(), "truncate");
  const { stderr } = await repository.pprotect(["git", "restore-log"]);
  expect(stderr).toContain("No entry is missing");
});

test("a revision without the store is refused", async () => {
  const repository = await reverted();
  for (const revision of ["nowhere", "--all"]) {
    const { status, stderr } = await repository.pprotect(["git", "restore-log", "--", revision]);
    expect(status).toBe(1);
    expect(stderr).toContain(`${revision} has no store protected.yaml`);
  }
});

test("a cherry-pick of one commit brings its own entries alone, also where the log was cut on one side", async () => {
  for (const cut of [false, true]) {
    const repository = await mergeRepository();
    await repository.commitStore(store.toString(), "base");
    await repository.must("checkout", "-qb", "feature");
    let feature = store;
    for (const name of ["one", "two", "three"]) {
      feature = feature.addSecret("dev", name, name, NOW);
      await repository.commitStore(feature.toString(), name);
    }
    await repository.must("checkout", "-q", "main");
    const main = cut ? store.truncateAuditLog(1) : store;
    if (cut) await repository.commitStore(main.toString(), "cut");
    await repository.must("cherry-pick", "feature");
    expect(await logIn(repository)).toEqual([...main.data.auditLog, feature.data.auditLog.at(-1) ?? ""]);
    expect((await repository.pprotect(["git", "check"])).status).toBe(0);
  }
});
