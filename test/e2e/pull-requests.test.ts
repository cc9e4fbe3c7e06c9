import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, NOW, sampleStore, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

const store = sampleStore();

/** A merge as a web site makes it: by lines, without the driver. */
const button = (repository: TestRepository, branch: string) =>
  repository.git([
    "-c",
    "merge.pprotect.driver=git merge-file --marker-size=%L %A %O %B",
    "merge",
    "-q",
    "--no-ff",
    "--no-edit",
    branch,
  ]);

/** Two branches that changed different domains of one store. */
async function twoRequests(): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(store.toString(), "base");
  for (const [branch, domain] of [
    ["one", "dev"],
    ["two", "prod"],
  ] as const) {
    await repository.must("checkout", "-qb", branch, "main");
    await repository.commitStore(store.addSecret(domain, branch, branch, NOW).toString(), branch);
  }
  await repository.must("checkout", "-q", "main");
  return repository;
}

test("two pull requests always conflict, and pass once the base branch was merged by meaning", async () => {
  const repository = await twoRequests();
  expect((await button(repository, "one")).status).toBe(0);
  expect((await button(repository, "two")).status).not.toBe(0);
  await repository.must("merge", "--abort");
  await repository.must("checkout", "-q", "two");
  await repository.must("merge", "-q", "--no-edit", "main");
  expect((await repository.pprotect(["git", "check", "main..HEAD"])).status).toBe(0);
  await repository.must("checkout", "-q", "main");
  expect((await button(repository, "two")).status).toBe(0);
  expect((await repository.pprotect(["git", "check"])).status).toBe(0);
  const merged = KeyFile.parse(await Bun.file(join(repository.folder, "protected.yaml")).bytes(), "merged");
  expect(secretsOf(merged, "dev", ALICE)).toMatchObject({ one: "one" });
  expect(secretsOf(merged, "prod", ALICE)).toMatchObject({ two: "two" });
});

test("a conflict that was resolved on a web site for one side is found, and corrected on top", async () => {
  const repository = await twoRequests();
  await button(repository, "one");
  await button(repository, "two");
  await repository.must("checkout", "-q", "--ours", "protected.yaml");
  await repository.must("commit", "-qam", "merge");
  const { status, stdout } = await repository.pprotect(["git", "check"]);
  expect(status).toBe(1);
  expect(stdout).toContain('lost-in-merge: secret "two" of domain "prod"');
  expect(await repository.pprotect(["git", "resolve", "--merge", "HEAD"])).toMatchObject({ status: 0 });
  await repository.must("commit", "-qm", "correct");
  expect((await repository.pprotect(["git", "check"])).status).toBe(0);
  const merged = KeyFile.parse(await Bun.file(join(repository.folder, "protected.yaml")).bytes(), "merged");
  expect(secretsOf(merged, "prod", ALICE)).toMatchObject({ two: "two" });
});
