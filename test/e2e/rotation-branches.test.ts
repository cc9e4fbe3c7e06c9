import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, CHEAP, NOW, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

const AS_ALICE = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const STORE = KeyFile.create(NOW)
  .addCustodian(ALICE, CHEAP, NOW)
  .addDomain("prod", ALICE.name, NOW)
  .addSecret("prod", "key", "old", NOW)
  .toString();

type Commands = readonly (readonly [args: string, input?: string])[];
const STAGE: Commands = [["rotate prod/key --stage --value-file -", "new"]];

/** A repository after these commands, with a branch `other` after those. */
async function branches(first: Commands, ours: Commands, theirs: Commands): Promise<TestRepository> {
  const repository = await mergeRepository();
  const run = async (commands: Commands, message: string): Promise<void> => {
    // Each branch on a machine of its own.
    const env = { ...AS_ALICE, XDG_STATE_HOME: join(repository.folder, ".git", message) };
    for (const [args, input] of commands) {
      const { status, stderr } = await repository.pprotect(args.split(" "), env, input);
      if (status !== 0) throw new Error(stderr);
    }
    await repository.must("commit", "-qam", message, "--allow-empty");
  };
  await repository.commitStore(STORE, "store");
  await run(first, "first");
  await repository.must("checkout", "-q", "-b", "other");
  await run(theirs, "theirs");
  await repository.must("checkout", "-q", "main");
  await run(ours, "ours");
  return repository;
}

const merge = (repository: TestRepository, env = {}) =>
  repository.git(["merge", "-qm", "merge", "other"], env);

const values = ({ folder }: TestRepository): Record<string, string> =>
  secretsOf(KeyFile.parse(readFileSync(join(folder, "protected.yaml")), "s"), "prod", ALICE);

async function rotations(repository: TestRepository): Promise<unknown> {
  const { result } = readAnswer((await repository.pprotect(["status", "--json"])).stdout);
  return [...result.rotations.map((each: { stage: string }) => each.stage), ...result.stray_stages];
}

describe("git merges rotations", () => {
  test("that one branch aborted and the other promoted only as a user decides", async () => {
    const repository = await branches(STAGE, [["rotate prod/key --abort"]], [["rotate prod/key --promote"]]);
    const { status, stderr } = await merge(repository, AS_ALICE);
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining(
        "prod/key: its rotation was aborted by ours, and promoted by theirs: these cannot be joined",
      ),
    ]);
    expect(
      (await repository.pprotect(["git", "resolve", "--take", "prod/key=theirs"], AS_ALICE)).status,
    ).toBe(0);
    expect(values(repository)).toEqual({ key: "new", key_previous: "old" });
    expect(await rotations(repository)).toEqual(["promoted"]);
    await repository.must("commit", "-qm", "resolved");
    expect((await repository.pprotect(["git", "check", "HEAD"])).status).toBe(0);
    expect((await repository.pprotect(["rotate", "prod/key", "--finish"], AS_ALICE)).status).toBe(0);
  });

  test("that were joined without pprotect are refused by the guard, and corrected", async () => {
    const repository = await branches(STAGE, [["rotate prod/key --abort"]], [["rotate prod/key --promote"]]);
    repository.write(".git/info/attributes", "protected.yaml !merge\n");
    await repository.must("merge", "-qm", "merge", "-X", "theirs", "other");
    const refused = await repository.pprotect(["git", "check", "HEAD"]);
    expect([refused.status, refused.stdout + refused.stderr]).toEqual([
      1,
      expect.stringContaining("rotation-not-joined"),
    ]);
    const redo = ["git", "resolve", "--merge", "HEAD", "--take", "prod/key=ours"];
    expect((await repository.pprotect(redo, AS_ALICE)).status).toBe(0);
    expect(values(repository)).toEqual({ key: "old" });
    expect(await rotations(repository)).toEqual([]);
  });

  test("with new keys of the domain, with an owner's credentials", async () => {
    const repository = await branches(STAGE, [["rotate prod/key --promote"]], [["rotate-domain-keys prod"]]);
    expect((await merge(repository, AS_ALICE)).status).toBe(0);
    expect(values(repository)).toEqual({ key: "new", key_previous: "old" });
    expect(await rotations(repository)).toEqual(["promoted"]);
  });

  test("whose secret the other branch removed as a conflict; what is left without a merge is reported", async () => {
    const repository = await branches([], STAGE, [["rm-secret prod key"]]);
    expect((await merge(repository)).stderr).toContain("staged by ours, and removed by theirs");
    expect((await repository.pprotect(["git", "resolve", "--theirs"])).status).toBe(0);
    expect(values(repository)).toEqual({});
    const left = await branches(STAGE, [["rm-secret prod key"]], []);
    expect(await rotations(left)).toMatchObject([{ secret: "key_next", rotation_of: "key" }]);
    expect((await left.pprotect(["check"])).stderr).toContain(
      "warning: prod/key_next was left by a rotation of key, which is not there any more",
    );
  });

  test("in one step on both branches as a conflict; the value that is not taken can be restored", async () => {
    const by = (value: string): Commands => [["rotate prod/key --value-file -", value]];
    const repository = await branches([], by("one"), by("two"));
    expect((await merge(repository, AS_ALICE)).stderr).toContain("prod/key: changed by both sides");
    expect((await repository.pprotect(["git", "resolve", "--ours"], AS_ALICE)).status).toBe(0);
    await repository.must("commit", "-qm", "resolved");
    expect(values(repository)).toEqual({ key: "one" });
    expect(
      (await repository.pprotect(["restore-secret", "prod/key", "--rev", "other"], AS_ALICE)).status,
    ).toBe(0);
    expect(values(repository)).toEqual({ key: "two" });
  });
});
