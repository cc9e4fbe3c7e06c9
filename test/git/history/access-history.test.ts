import { afterAll, describe, expect, test } from "bun:test";
import { readAccessHistory } from "../../../src/git/history/access-history.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { openHistory } from "../../../src/store/access/open-history.ts";
import { whoKnows } from "../../../src/store/access/who-knows.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "../../support/git-repository.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";

afterAll(removeFolders);

const alice = (file: KeyFile) => unlocked(file, ALICE);

async function accessIn(
  { folder }: Pick<TestRepository, "folder">,
  options: Partial<Parameters<typeof readAccessHistory>[2]> = {},
) {
  const repository = await openRepository(folder);
  const read = await readAccessHistory(repository, "protected.yaml", options);
  return { ...read, access: whoKnows(read.history, read.store) };
}

/** Who knows a secret and is no owner, and how. */
function knowers({ access }: Awaited<ReturnType<typeof accessIn>>, name: string): string[] {
  const found = access.secrets.find(({ domain, secret }) => `${domain}/${secret}` === name);
  return (found?.knowers ?? []).map(
    ({ custodian, how, since }) =>
      `${custodian} ${how}${since.branch === undefined ? "" : ` ${since.branch}`}`,
  );
}

/** Bob owned dev, was removed, and the key was replaced. */
async function afterRotation(): Promise<{ repository: TestRepository; file: KeyFile }> {
  const repository = await mergeRepository();
  const first = sampleStore();
  await repository.commitStore(first.toString(), "first");
  const without = first.removeOwner("dev", BOB.name, NOW);
  await repository.commitStore(without.toString(), "without bob");
  const file = without.rotateDomainKey("dev", alice(without), NOW);
  await repository.commitStore(file.toString(), "rotated");
  return { repository, file };
}

describe("the history of a store in git", () => {
  test("shows who knows a value through a key that was replaced, until there is a new value", async () => {
    const { repository, file } = await afterRotation();
    expect(knowers(await accessIn(repository), "dev/api-key")).toEqual([`${BOB.name} earlier_key`]);
    const changed = file.updateSecret("dev", "api-key", "new", NOW);
    const present = await accessIn(repository, { present: [changed.data] });
    expect(knowers(present, "dev/api-key")).toEqual([]);
    expect(knowers(present, "dev/db-password")).toEqual([`${BOB.name} earlier_key`]);
  });

  test("of a commit is that commit's own", async () => {
    const { repository } = await afterRotation();
    expect(knowers(await accessIn(repository, { revision: "HEAD~2" }), "dev/api-key")).toEqual([]);
    expect(knowers(await accessIn(repository, { revision: "HEAD~1" }), "dev/api-key")).toEqual([
      `${BOB.name} current_key`,
    ]);
    expect(accessIn(repository, { revision: "--all" })).rejects.toThrow("is not a commit");
  });

  test("has every ref: a branch that gave a key to someone is named", async () => {
    const { repository, file } = await afterRotation();
    await repository.must("checkout", "-q", "-b", "feature");
    await repository.commitStore(
      file.addOwner("prod", BOB.name, alice(file), NOW).toString(),
      "bob gets prod",
    );
    await repository.must("checkout", "-q", "main");
    expect(knowers(await accessIn(repository), "prod/token")).toEqual([
      `${BOB.name} current_key refs/heads/feature`,
    ]);
  });

  test("follows a store that is renamed, here and on another branch", async () => {
    const { repository, file } = await afterRotation();
    await repository.must("checkout", "-q", "-b", "feature");
    await repository.must("mv", "protected.yaml", "elsewhere.yaml");
    await repository.must("commit", "-q", "-m", "renamed");
    repository.write("elsewhere.yaml", file.addOwner("prod", BOB.name, alice(file), NOW).toString());
    await repository.must("commit", "-q", "-a", "-m", "bob gets prod");
    await repository.must("checkout", "-q", "main");
    expect(knowers(await accessIn(repository), "prod/token")).toEqual([
      `${BOB.name} current_key refs/heads/feature`,
    ]);
    await repository.must("checkout", "-q", "feature");
    const opened = await openRepository(repository.folder);
    const { history, store } = await readAccessHistory(opened, "elsewhere.yaml", {});
    const dev = whoKnows(history, store).secrets.find(({ secret }) => secret === "api-key");
    expect(dev?.knowers.map(({ how }) => how)).toEqual(["earlier_key"]);
  });

  test("passes over versions that are no stores, and names them", async () => {
    const { repository, file } = await afterRotation();
    await repository.commitStore("<<<<<<< ours\n", "broken");
    await repository.commitStore(file.updateSecret("dev", "api-key", "new", NOW).toString(), "repaired");
    const read = await accessIn(repository);
    expect(read.unreadable.map(({ problem }) => problem)).toEqual(["line 1: unresolved merge"]);
    expect(knowers(read, "dev/api-key")).toEqual([]);
    expect(knowers(read, "dev/db-password")).toEqual([`${BOB.name} earlier_key`]);
  });

  test("has no version where a submodule or a directory is in the store's place, and names a link", async () => {
    const { repository, file } = await afterRotation();
    const replaceBy = async (mode: string, id: string, path: string): Promise<void> => {
      await repository.must("rm", "-q", "-r", "--cached", "protected.yaml");
      await repository.must("update-index", "--add", "--cacheinfo", `${mode},${id},${path}`);
      await repository.must("commit", "-q", "-m", mode);
    };
    const { stdout: target } = await repository.git(["hash-object", "-w", "--stdin"], {}, "elsewhere");
    await replaceBy("160000", "1".repeat(40), "protected.yaml");
    await replaceBy("120000", target.trim(), "protected.yaml");
    await replaceBy("100644", target.trim(), "protected.yaml/x");
    await repository.must("rm", "-q", "-r", "--cached", "protected.yaml");
    await repository.commitStore(file.toString(), "again");
    // There, a missing object would be an error.
    await repository.must("config", "remote.origin.promisor", "true");
    const read = await accessIn(repository);
    expect(read.unreadable.map(({ problem }) => problem)).toEqual([
      "line 1: the store is text, not a mapping",
    ]);
    expect(knowers(read, "dev/api-key")).toEqual([`${BOB.name} earlier_key`]);
  });

  test("is known to be incomplete in a shallow clone", async () => {
    const { repository } = await afterRotation();
    await repository.must("clone", "-q", "--depth", "1", `file://${repository.folder}`, "clone");
    const read = await accessIn({ folder: `${repository.folder}/clone` });
    expect([read.isShallow, read.commits]).toEqual([true, 1]);
  });

  test("shows that a value was known from a branch when it is cherry-picked, and so sealed to a later key", async () => {
    const { repository, file } = await afterRotation();
    const later = new Date(NOW.getTime() + 60_000);
    await repository.must("checkout", "-q", "-b", "topic", "HEAD~2");
    const first = await repository.must("show", "HEAD:protected.yaml");
    const branch = KeyFile.parse(Buffer.from(first), "first").updateSecret("dev", "api-key", "topic", later);
    await repository.commitStore(branch.toString(), "topic");
    await repository.must("checkout", "-q", "main");
    const picked = file.updateSecret("dev", "api-key", "topic", later);
    await repository.commitStore(picked.toString(), "topic");
    expect(knowers(await accessIn(repository), "dev/api-key")).toEqual([`${BOB.name} earlier_key`]);
    const changed = picked.updateSecret("dev", "api-key", "other", later);
    await repository.commitStore(changed.toString(), "another value in the same second");
    expect(knowers(await accessIn(repository), "dev/api-key")).toEqual([]);
  });

  test("believes a forged orphan branch nothing that would hide someone", async () => {
    const { repository, file } = await afterRotation();
    // The same boxes under another key, in a root commit that claims to be the oldest of all.
    const forged = file.addDomain("fake", ALICE.name, NOW);
    const dev = file.data.domains.get("dev");
    const fake = forged.data.domains.get("fake");
    if (!dev || !fake) throw new Error("no domain");
    const domains = new Map([["dev", { ...fake, secrets: dev.secrets }]]);
    await repository.must("checkout", "-q", "--orphan", "orphan");
    repository.write("protected.yaml", KeyFile.from({ ...forged.data, domains }).toString());
    await repository.must("add", "-A");
    const env = { GIT_AUTHOR_DATE: "1970-01-02T00:00:00Z", GIT_COMMITTER_DATE: "1970-01-02T00:00:00Z" };
    expect((await repository.git(["commit", "-q", "-m", "forged"], env)).status).toBe(0);
    await repository.must("checkout", "-q", "main");
    expect(knowers(await accessIn(repository), "dev/api-key")).toEqual([`${BOB.name} earlier_key`]);
  });
});

describe("with credentials", () => {
  async function opened(repository: TestRepository, file: KeyFile) {
    const found = await readAccessHistory(await openRepository(repository.folder), "protected.yaml", {
      user: ALICE.name,
      present: [file.data],
    });
    return whoKnows(found.history, found.store, openHistory(found.history, alice(file), ALICE.passphrase));
  }

  test("a value that was entered again is not a new one, and one that is elsewhere too is found there", async () => {
    const { repository, file } = await afterRotation();
    const again = file
      .updateSecret("dev", "api-key", "dev-api-key", NOW)
      .setSecret("prod", "copy", "dev-api-key", NOW);
    const { secrets } = await opened(repository, again);
    const find = (name: string) => secrets.find(({ domain, secret }) => `${domain}/${secret}` === name);
    expect(find("dev/api-key")).toMatchObject({
      isExact: true,
      knowers: [{ custodian: BOB.name, how: "earlier_key" }],
    });
    expect(find("dev/api-key")?.since?.commit).toBeString();
    expect(find("prod/copy")?.knowers).toMatchObject([{ custodian: BOB.name, isOwner: false }]);
  });

  test("a re-seal that the log calls an update is one", async () => {
    const { repository, file } = await afterRotation();
    const sealedAgain = file.rotateDomainKey("dev", alice(file), NOW);
    const forged = KeyFile.from({
      ...sealedAgain.data,
      auditLog: [...sealedAgain.data.auditLog, "2026-02-03T04:05:06Z -- updated secret api-key in dev"],
    });
    const without = await accessIn(repository, { present: [forged.data] });
    expect(knowers(without, "dev/api-key")).toEqual([]);
    const { secrets } = await opened(repository, forged);
    expect(secrets.find(({ secret }) => secret === "api-key")?.knowers).toMatchObject([
      { custodian: BOB.name },
    ]);
  });
});
