import { KeyFile } from "../../src/store/key-file.ts";
import { mergeRepository, type TestRepository } from "./git-repository.ts";
import { ALICE, BOB, NOW, sampleStore } from "./stores.ts";

/** A name of a domain. */
export const HOSTILE = "<script>document.title='x'</script>\x1b[2J|`@everyone`";

/** Bob was removed from dev, whose key is still the same; a domain has a hostile name. */
export async function withStaleAccess(): Promise<TestRepository> {
  const repository = await mergeRepository();
  const { data } = sampleStore();
  const dev = data.domains.get("dev");
  if (!dev) throw new Error("no dev");
  const file = KeyFile.from(data).addDomain("stage", ALICE.name, NOW).addSecret("stage", "s", "v", NOW);
  const hostile = KeyFile.from({
    ...file.data,
    domains: new Map(
      [...file.data.domains].map(([name, domain]) => [name === "stage" ? HOSTILE : name, domain]),
    ),
  });
  await repository.commitStore(hostile.toString(), "first");
  await repository.commitStore(hostile.removeOwner("dev", BOB.name, NOW).toString(), "bob leaves");
  return repository;
}
