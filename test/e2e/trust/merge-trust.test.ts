import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openDomainKey, sealSecret } from "../../../src/store/domain.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { grantProof, rotationProof } from "../../../src/store/trust/proof.ts";
import { mergeRepository, type TestRepository } from "../../support/git-repository.ts";
import { openEverything } from "../../support/merge-cases.ts";
import {
  ALICE,
  BOB,
  CAROL,
  domainOf,
  edited,
  openedBy,
  PASSPHRASES,
  rotated,
  stolenKey,
  teamStore,
  tick,
  unlocked,
} from "../../support/merge-stores.ts";
import type { Result } from "../../support/run.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { pinFiles, withoutProofs } from "./trust-sandbox.ts";

afterAll(removeFolders);

type Environment = Readonly<Record<string, string>>;

/** The environment of a user with a state directory of their own. */
function as(creds: typeof ALICE, state = emptyFolder()): Environment {
  return { PPROTECT_USER: creds.name, PPROTECT_PASSPHRASE: creds.passphrase, XDG_STATE_HOME: state };
}

/** A repository on `main` with our version, and `other` with theirs. The user has used the store on `main` before. */
async function branched(
  base: KeyFile,
  ours: KeyFile,
  theirs: KeyFile,
  user?: Environment,
): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(base.toString(), "base");
  if (user) await use(repository, user);
  await repository.must("checkout", "-qb", "other");
  await repository.commitStore(theirs.toString(), "theirs");
  await repository.must("checkout", "-q", "main");
  await repository.commitStore(ours.toString(), "ours");
  return repository;
}

async function use(repository: TestRepository, user: Environment): Promise<Result> {
  const result = await repository.pprotect(["decrypt-domain", "prod"], user);
  expect(result.status).toBe(0);
  return result;
}

const merge = (repository: TestRepository, user: Environment = {}, branch = "other"): Promise<Result> =>
  repository.git(["merge", "-q", "--no-edit", branch], user);

const storeIn = async ({ folder }: TestRepository): Promise<KeyFile> =>
  KeyFile.parse(await Bun.file(join(folder, "protected.yaml")).bytes(), "merged");

const keyIn = async (repository: TestRepository): Promise<string> =>
  domainOf(await storeIn(repository)).publicKey;

/** The guard finds nothing in the newest commit, not even a warning. */
async function expectClean(repository: TestRepository): Promise<void> {
  const { stdout, stderr } = await repository.pprotect(["git", "check"]);
  expect(stdout + stderr).toBe("pprotect: 1 commit checked, 0 findings\n");
}

const base = teamStore();
const added = base.addSecret("prod", "new", "v", tick());

describe("a rotation on one branch and an addition on the other", () => {
  test.each([
    ["a user of the branch before it", base],
    ["someone who never used the store", undefined],
  ] as const)(
    "with a proof: the addition alone is sealed to the rotated key, by %s",
    async (_name, usedBefore) => {
      const theirs = rotated(base);
      const user = as(BOB);
      const repository = await branched(base, added, theirs, usedBefore && user);
      expect(await merge(repository, user)).toMatchObject({ status: 0, stderr: "" });
      const merged = domainOf(await storeIn(repository));
      expect(merged.publicKey).toBe(domainOf(theirs).publicKey);
      for (const [name, sealed] of domainOf(theirs).secrets) expect(merged.secrets.get(name)).toBe(sealed);
      expect(openEverything((await storeIn(repository)).data, PASSPHRASES).secrets.prod).toMatchObject({
        new: "v",
      });
      await expectClean(repository);
    },
  );

  test("without a proof: a new key, which its user goes on with without a word", async () => {
    const user = as(ALICE);
    const repository = await branched(base, added, withoutProofs(rotated(base)), user);
    const { status, stderr } = await merge(repository, user);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toContain("domain prod has a new key, made by this merge");
    await expectClean(repository);
    expect((await use(repository, user)).stderr).toBe("");
    expect(await repository.pprotect(["add-secret", "prod", "more"], user, "v")).toMatchObject({ status: 0 });
    expect(
      await repository.pprotect(["rotate-domain-keys", "prod", "--non-interactive"], user),
    ).toMatchObject({
      status: 0,
    });
  });

  test("in `git resolve`, as in the driver", async () => {
    const theirs = rotated(base);
    const user = as(BOB);
    const repository = await branched(base, added, theirs, user);
    expect((await merge(repository)).status).toBe(1);
    const resolved = await repository.pprotect(["git", "resolve"], user);
    expect(resolved).toMatchObject({ status: 0 });
    expect(await keyIn(repository)).toBe(domainOf(theirs).publicKey);
    await repository.must("commit", "-qm", "merge");
    await expectClean(repository);
  });

  test("in `git resolve --merge`, which corrects a merge that took one side", async () => {
    const theirs = rotated(base);
    const user = as(BOB);
    const repository = await branched(base, added, theirs, user);
    await repository.must("merge", "-q", "-s", "ours", "--no-edit", "other");
    const { status, stderr } = await repository.pprotect(["git", "resolve", "--merge", "HEAD"], user);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(await keyIn(repository)).toBe(domainOf(theirs).publicKey);
    expect(openEverything((await storeIn(repository)).data, PASSPHRASES).secrets.prod).toMatchObject({
      new: "v",
    });
  });

  test.each([
    ["strict, without the list of the default branch", { PPROTECT_TRUST: "strict" }, true],
    ["off, which goes by the proofs", { PPROTECT_TRUST: "off" }, false],
    ["a state directory that cannot be used", { XDG_STATE_HOME: "/dev/null/state" }, false],
  ] as const)("with %s", async (_name, environment, isNew) => {
    const user = { ...as(BOB), ...environment };
    const theirs = rotated(base);
    const repository = await branched(base, added, theirs);
    const { status, stderr } = await merge(repository, user);
    expect(status).toBe(0);
    expect((await keyIn(repository)) === domainOf(theirs).publicKey).toBe(!isNew);
    expect(stderr.includes("the merge trusts no key that one side introduced")).toBe(isNew);
  });

  test("with accepted keys that are damaged: a warning, and a new key", async () => {
    const user = as(BOB);
    const repository = await branched(base, added, rotated(base), user);
    for (const file of pinFiles(user.XDG_STATE_HOME ?? "")) await Bun.write(file, "no pins");
    const { status, stderr } = await merge(repository, user);
    expect(status).toBe(0);
    expect(stderr).toContain("is damaged; the merge trusts no key that one side introduced");
    expect(stderr).toContain("domain prod has a new key, made by this merge");
  });
});

test("a merge with a new key that is aborted leaves the accepted keys as they were", async () => {
  const user = as(ALICE);
  const repository = await branched(base, added, withoutProofs(rotated(base)), user);
  await repository.git(["merge", "-q", "--no-commit", "other"], user);
  await repository.must("merge", "--abort");
  expect(await repository.pprotect(["add-secret", "prod", "more"], user, "v")).toMatchObject({ status: 0 });
});

test("two users rotate, merge each other's branch, and push both merges: nobody has to decide anything", async () => {
  const [alice, bob] = [as(ALICE), as(BOB)];
  const repository = await mergeRepository();
  await repository.commitStore(base.toString(), "base");
  const rotateOn = async (branch: string, user: Environment): Promise<void> => {
    await repository.must("checkout", "-qb", branch, "main");
    await use(repository, user);
    expect((await repository.pprotect(["rotate-domain-keys", "prod"], user)).status).toBe(0);
    expect((await repository.pprotect(["add-secret", "prod", branch], user, branch)).status).toBe(0);
    await repository.must("commit", "-qam", branch);
    await repository.must("branch", `${branch}-before`);
  };
  await rotateOn("left", alice);
  await rotateOn("right", bob);
  const mergeOn = async (branch: string, user: Environment, other: string): Promise<void> => {
    await repository.must("checkout", "-q", branch);
    const { status, stderr } = await merge(repository, user, other);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    await expectClean(repository);
  };
  await mergeOn("left", alice, "right-before");
  await mergeOn("right", bob, "left-before");
  await repository.must("branch", "left-merged", "left");
  await mergeOn("left", alice, "right");
  await mergeOn("right", bob, "left-merged");
  const keys = [];
  for (const [branch, user] of [
    ["left", alice],
    ["right", bob],
  ] as const) {
    await repository.must("checkout", "-q", branch);
    keys.push(await keyIn(repository));
    expect((await use(repository, user)).stderr).toBe("");
    expect(await repository.pprotect(["add-secret", "prod", "more"], user, "v")).toMatchObject({ status: 0 });
    await repository.must("checkout", "-q", ".");
    const { secrets } = openEverything((await storeIn(repository)).data, PASSPHRASES);
    expect(secrets.prod).toMatchObject({ left: "left", right: "right" });
  }
  expect(keys[0]).toBe(keys[1] ?? "");
});

test("an owner who was removed on one branch opens nothing after a merge with a rotation that included them", async () => {
  const user = as(ALICE);
  const ours = base.removeOwner("prod", BOB.name, tick()).addSecret("prod", "after-bob-left", "s", tick());
  const theirs = rotated(base);
  const bobsKey = openDomainKey("prod", domainOf(theirs), unlocked(theirs, BOB));
  const repository = await branched(base, ours, theirs, user);
  expect((await merge(repository, user)).status).toBe(0);
  expect(openedBy(bobsKey, domainOf(await storeIn(repository)).secrets)).toEqual([]);
  await expectClean(repository);
  expect((await use(repository, user)).stderr).toBe("");
});

describe("a hostile branch that replaces a key, with a proof by an owner who was removed", () => {
  const removed = base.removeOwner("prod", BOB.name, tick());
  const bobsKey = openDomainKey("prod", domainOf(base), unlocked(base, BOB));
  const stolen = stolenKey(removed);
  const log = ["rotated key for domain prod", rotationProof("prod", bobsKey, stolen.domain.publicKey)];
  const ours = removed.addSecret("prod", "new", "v", tick());
  const hostile = (secrets: ReadonlyMap<string, string>): KeyFile =>
    edited(
      removed,
      { domains: new Map(removed.data.domains).set("prod", { ...stolen.domain, secrets }) },
      log,
    );
  const garbage = new Map(
    [...domainOf(removed).secrets.keys()].map((name) => [name, sealSecret(stolen.domain, "garbage")]),
  );

  test.each([
    ["that keeps the values", hostile(domainOf(removed).secrets)],
    ["with garbage for values", hostile(garbage)],
  ] as const)("gets nothing of the other branch: %s", async (_name, theirs) => {
    for (const user of [as(ALICE), { ...as(ALICE), PPROTECT_TRUST: "off" }]) {
      const repository = await branched(removed, ours, theirs, user);
      const { status, stderr } = await merge(repository, user);
      expect({ status, stderr }).toMatchObject({ status: 0 });
      expect(stderr).toContain("domain prod has a new key, made by this merge");
      const merged = domainOf(await storeIn(repository));
      expect(openedBy(stolen.privateKey, merged.secrets)).toEqual([]);
      expect([...merged.owners.keys()]).toEqual([ALICE.name]);
      expect(await repository.pprotect(["add-secret", "prod", "more"], user, "v")).toMatchObject({
        status: 0,
      });
    }
  });

  test("and one that makes an accomplice an owner asks", async () => {
    const owners = new Map(domainOf(removed).owners).set(
      CAROL.name,
      domainOf(removed, "dev").owners.get(CAROL.name) ?? "",
    );
    const carols = removed.data.custodians.get(CAROL.name) ?? "";
    const theirs = edited(
      removed,
      { domains: new Map(removed.data.domains).set("prod", { ...domainOf(removed), owners }) },
      [`${BOB.name} added owner ${CAROL.name} to prod`, grantProof("prod", bobsKey, CAROL.name, carols)],
    );
    const user = as(ALICE);
    const repository = await branched(removed, rotated(removed), theirs, user);
    const { status, stderr } = await merge(repository, user);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `conflict in protected.yaml: prod owner ${CAROL.name}: only theirs has this owner`,
    );
    const left = await repository.pprotect(
      ["git", "resolve", "--take", `prod owner ${CAROL.name}=leave-out`],
      user,
    );
    expect(left).toMatchObject({ status: 0 });
    expect([...domainOf(await storeIn(repository)).owners.keys()]).toEqual([ALICE.name]);
  });
});
