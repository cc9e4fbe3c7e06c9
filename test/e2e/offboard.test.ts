import { afterAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const CAROL = { name: "carol@example.com", passphrase: "carol-pw" };

const COMMANDS = "  pprotect update-secret dev api-key\n  pprotect update-secret dev db-password\n";

const as = ({ name, passphrase }: typeof ALICE) => ({
  PPROTECT_USER: name,
  PPROTECT_PASSPHRASE: passphrase,
});

async function committed(file: KeyFile): Promise<TestRepository> {
  const repository = await mergeRepository();
  await repository.commitStore(file.toString(), "store");
  return repository;
}

async function answer(repository: TestRepository, args: readonly string[], env = {}) {
  const { status, stdout } = await repository.pprotect([...args, "--json", "--non-interactive"], env);
  return { status, ...readAnswer(stdout) };
}

const storeIn = async (repository: TestRepository) =>
  KeyFile.parse(await Bun.file(`${repository.folder}/protected.yaml`).bytes(), "");

describe("offboard", () => {
  test("removes a person, replaces the keys, and is done once each value that they know is changed", async () => {
    const repository = await committed(sampleStore());
    const check = ["offboard", BOB.name, "--check"];
    expect((await answer(repository, check)).error?.code).toBe("stale_access");
    const before = await repository.pprotect(check);
    expect([before.status, before.stdout, before.stderr]).toEqual([
      1,
      "",
      `pprotect: ${BOB.name} is still a key custodian, and owns dev\nhint: \`pprotect offboard\` removes them and replaces the keys\n`,
    ]);

    const shown = await repository.pprotect(["offboard", BOB.name], as(ALICE));
    expect([shown.status, shown.stdout, shown.stderr]).toEqual([0, "", expect.stringContaining(COMMANDS)]);
    expect(shown.stderr).toEndWith(
      "Next: commit protected.yaml; others use the new keys from that commit on.\n",
    );
    const listed = await repository.pprotect(check);
    expect([listed.status, listed.stdout]).toEqual([1, COMMANDS.replace(/^ +/gm, "")]);
    expect(listed.stderr).toContain(`pprotect: ${BOB.name} still knows 2 values\n`);
    const { data } = await storeIn(repository);
    expect(data.custodians.has(BOB.name)).toBe(false);
    expect(data.domains.get("dev")?.publicKey).not.toBe(sampleStore().data.domains.get("dev")?.publicKey);

    expect(await answer(repository, check)).toMatchObject({
      status: 1,
      result: { is_custodian: false, keys: [], secrets: [{ secret: "api-key" }, { secret: "db-password" }] },
    });
    await repository.pprotect(["update-secret", "dev", "api-key"], {}, "new");
    await repository.commitStore((await storeIn(repository)).toString(), "half of it");
    expect((await answer(repository, check)).result?.secrets).toMatchObject([{ secret: "db-password" }]);
    await repository.pprotect(["update-secret", "dev", "db-password"], {}, "new too");
    expect(await answer(repository, check)).toMatchObject({ status: 0, ok: true });
  });

  test("never takes the last owner away, and asks nobody for a passphrase before it says so", async () => {
    const repository = await committed(sampleStore());
    const refused = await answer(repository, ["offboard", ALICE.name]);
    expect(refused.error).toMatchObject({ code: "last_owner", message: expect.stringContaining("prod") });
    expect((await storeIn(repository)).toString()).toBe(await repository.must("show", "HEAD:protected.yaml"));
  });

  test("where no one user owns all of the domains, an owner of each runs it", async () => {
    const start = sampleStore().addCustodian(CAROL, CHEAP, NOW).addDomain("ops", CAROL.name, NOW);
    const shared = start
      .addSecret("ops", "pager", "ops-pager", NOW)
      .addOwner("ops", BOB.name, unlocked(start, CAROL), NOW);
    const repository = await committed(shared);
    const first = await answer(repository, ["offboard", BOB.name], as(ALICE));
    expect(first).toMatchObject({
      ok: true,
      result: { removed: true, rotated: ["dev"], keys: [{ domain: "ops", owners: [CAROL.name] }] },
    });
    expect(await answer(repository, ["offboard", BOB.name], as(ALICE))).toMatchObject({
      error: { code: "not_owner" },
    });
    const second = await answer(repository, ["offboard", BOB.name], as(CAROL));
    expect(second).toMatchObject({ ok: true, result: { removed: false, rotated: ["ops"], keys: [] } });
  });

  test("replaces a key that someone kept who was removed before", async () => {
    const store = sampleStore();
    const repository = await committed(store);
    await repository.commitStore(store.removeCustodian(BOB.name, NOW).toString(), "removed");
    expect(await answer(repository, ["offboard", BOB.name], as(ALICE))).toMatchObject({
      result: {
        removed: false,
        rotated: ["dev"],
        secrets: [{ secret: "api-key" }, { secret: "db-password" }],
      },
    });
  });

  test("takes no one's own credentials, and no name that no version has", async () => {
    const repository = await committed(sampleStore());
    expect((await answer(repository, ["offboard", BOB.name], as(BOB))).error?.code).toBe("usage");
    expect((await answer(repository, ["offboard", "eve"], as(ALICE))).error?.code).toBe("no_such_custodian");
  });

  test("--check refuses to judge in a shallow clone", async () => {
    const repository = await committed(sampleStore());
    await repository.commitStore(sampleStore().toString(), "second");
    await repository.must("clone", "-q", "--depth", "1", `file://${repository.folder}`, "clone");
    const args = ["offboard", BOB.name, "--check", "--file", "clone/protected.yaml"];
    expect((await answer(repository, args)).error?.code).toBe("incomplete_history");
  });

  test("without a repository, what was known before is known during the run", async () => {
    const repository = await mergeRepository();
    repository.write("protected.yaml", sampleStore().toString());
    rmSync(`${repository.folder}/.git`, { recursive: true });
    const found = await repository.pprotect(["offboard", BOB.name], as(ALICE));
    expect([found.status, found.stderr]).toEqual([0, expect.stringContaining(COMMANDS)]);
  });
});
