import { afterAll, describe, expect, test } from "bun:test";
import { KeyFile } from "../../../src/store/key-file.ts";
import { findDomain } from "../../../src/store/lookup.ts";
import { guardedRepository } from "../../git/guard/guard-repository.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";

afterAll(removeFolders);

const STORE = "protected.yaml";
const store = sampleStore();
const rotated = store.rotateDomainKey("prod", unlocked(store, ALICE), NOW);
/** `sandbox` with the key that `prod` had before its rotation: what is granted of one opens the other's history. */
const aliased = KeyFile.from({
  ...rotated.data,
  domains: new Map(rotated.data.domains).set("sandbox", {
    ...findDomain(store.data, "prod"),
    secrets: new Map(),
  }),
});

/** A repository in which `prod` had its first key, then a second one, with other commits in between. */
async function history(path = STORE) {
  const repository = await guardedRepository();
  for (const version of [
    store,
    rotated,
    rotated.addSecret("dev", "x", "v", NOW),
    rotated.addSecret("dev", "y", "v", NOW),
  ]) {
    repository.write(path, version.toString());
    await repository.force();
  }
  return repository;
}

describe("a key that another domain had in any earlier version", () => {
  test("is refused by the pre-commit guard and found by git check", async () => {
    const repository = await history();
    repository.write(STORE, aliased.toString());
    await repository.must("add", "-A");
    const staged = await repository.pprotect("git", "pre-commit");
    expect(staged.status).toBe(1);
    expect(staged.stderr).toContain(
      'shared-key: domain "sandbox" has a public key that domain "prod" has or had',
    );
    const commit = await repository.force();
    const checked = await repository.pprotect("git", "check");
    expect(checked.status).toBe(1);
    expect(checked.stdout).toContain(`${commit} ${STORE}:`);
    expect(checked.stdout).toContain("shared-key");
  });

  test.each([
    ["from the usual name", STORE],
    ["from another name", "team.yml"],
  ])("is found where the store was moved %s, and not granted", async (_, from) => {
    const repository = await history(from);
    repository.remove(from);
    repository.write("sub/moved.yaml", rotated.toString());
    await repository.force();
    repository.write("sub/moved.yaml", aliased.toString());
    const commit = await repository.force();
    const checked = await repository.pprotect("git", "check", "HEAD");
    expect(checked.stdout).toContain(`${commit} sub/moved.yaml:`);
    expect(checked.stdout).toContain("shared-key");
    repository.write("alice.pw", `${ALICE.passphrase}\n`);
    const credentials = ["--file", "sub/moved.yaml", "-u", ALICE.name, "--passphrase-file", "alice.pw"];
    const granted = await repository.pprotect("add-owner", "sandbox", BOB.name, ...credentials);
    expect(granted.stderr).toContain('a public key that domain "prod" had in an earlier version');
    expect(granted.status).toBe(1);
  });

  test("is found where it came by a merge, from a branch that never had the other domain's key", async () => {
    const repository = await history();
    await repository.must("checkout", "-q", "--orphan", "side");
    repository.write(STORE, aliased.removeDomain("prod", NOW).toString());
    await repository.force();
    await repository.must("checkout", "-q", "main");
    await repository.git("merge", "-q", "--no-commit", "--allow-unrelated-histories", "-s", "ours", "side");
    repository.write(STORE, aliased.toString());
    const merge = await repository.force();
    const checked = await repository.pprotect("git", "check");
    expect(checked.stdout).toContain(`${merge} ${STORE}:`);
    expect(checked.stdout).toContain("shared-key");
  });

  test("is not a finding under its own name: a revert, a branch from before a rotation", async () => {
    const repository = await history();
    repository.write(STORE, store.toString());
    await repository.force();
    const checked = await repository.pprotect("git", "check", "--all");
    expect(checked.stdout).not.toContain("shared-key");
  });
});

test("history, textconv and git check read commits with shared keys", async () => {
  const repository = await history();
  const shared = KeyFile.from({
    ...rotated.data,
    domains: new Map(rotated.data.domains).set("twin", findDomain(rotated.data, "prod")),
  });
  repository.write(STORE, shared.toString());
  await repository.force();
  repository.write(STORE, shared.rotateDomainKey("twin", unlocked(shared, ALICE), NOW).toString());
  await repository.force();
  expect(await repository.pprotect("git", "check")).toMatchObject({ status: 0 });
  expect((await repository.pprotect("git", "check", "HEAD~1")).stdout).toContain("shared-key");
  const told = await repository.pprotect("git", "history");
  expect(told.status).toBe(0);
  expect(told.stdout).toContain("rotated domain twin");
});
