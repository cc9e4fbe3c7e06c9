import { afterAll, expect, test } from "bun:test";
import { openBlobReader } from "../../../src/git/process/cat-file.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { FormerDomains } from "../../../src/git/trust/former-domains.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { GitObjects } from "../../support/git-objects.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { ALICE, domainOf, teamStore, tick } from "../../support/merge-stores.ts";
import { removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

test("former keys are found however often was looked for others, and each version is read once for those that are new", async () => {
  const { folder } = await mergeRepository();
  const objects = new GitObjects(folder);
  let file = teamStore();
  const former = domainOf(file).publicKey;
  const ids: string[] = [];
  const commit = (): void => {
    ids.push(objects.commitFile("protected.yaml", file.toString(), ids.slice(-1)));
  };
  commit();
  file = KeyFile.from({ ...file.data, domains: new Map([["dev", domainOf(file, "dev")]]) });
  for (const name of ["one", "two", "three", "four"]) {
    file = file.addDomain(name, ALICE.name, tick());
    commit();
  }
  const repository = await openRepository(folder);
  const blobs = openBlobReader(repository.root);
  const reads: string[] = [];
  const reader = {
    ...blobs,
    read: (name: string, limit?: number) => {
      reads.push(name);
      return blobs.read(name, limit);
    },
  };
  const domains = new FormerDomains(repository, reader);
  const find = (index: number, publicKey: string) =>
    domains.find([ids[index] ?? ""], "protected.yaml", new Map([["new", publicKey]]));
  const counts: number[] = [];
  for (const [index, name] of ["one", "two", "three", "four"].entries()) {
    reads.length = 0;
    expect(await find(index, domainOf(file, name).publicKey)).toEqual([]);
    counts.push(reads.length);
  }
  // The first looks at one version; the second collects the keys of two; then only what is new is read.
  expect(counts).toEqual([1, 2, 1, 1]);
  expect(await find(4, former)).toEqual([{ domain: "new", publicKey: former, former: "prod" }]);
  // A key that only a later commit has.
  expect(await find(1, domainOf(file, "three").publicKey)).toEqual([]);
  await blobs.close();
});
