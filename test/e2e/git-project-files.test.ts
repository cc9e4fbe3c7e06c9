import { afterAll, describe, expect, test } from "bun:test";
import { guardedRepository } from "../git/guard/guard-repository.ts";
import { removeFolders } from "../support/sandbox.ts";
import { sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const GOOD = '{"secrets": [{"name": "api-key", "from": ["env", "store"]}]}\n';
const BAD = '{"secrets": [\n{"name": "api-key", "frm": ["env"]}]}\n';

async function repositoryWithStore() {
  const repository = await guardedRepository();
  repository.write("app/protected.yaml", sampleStore().toString());
  repository.write("app/.secrets.json", GOOD);
  repository.write("app/.pprotect.yaml", "values:\n  port: {type: integer}\n");
  expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  return repository;
}

describe("a manifest or a configuration that cannot be used", () => {
  test("beside a store does not get into a commit", async () => {
    const repository = await repositoryWithStore();
    repository.write("app/.secrets.json", BAD);
    const { status, stderr } = await repository.commit();
    expect(status).toBe(1);
    expect(stderr).toContain(
      'app/.secrets.json:2: invalid-manifest: an entry of "secrets" has no key "frm"; did you mean "from"?',
    );
    repository.write("app/.secrets.json", GOOD);
    repository.write("app/.pprotect.yaml", 'values:\n  port: {pattern: "(a)\\\\1"}\n');
    expect((await repository.commit()).stderr).toContain(
      'app/.pprotect.yaml:2: invalid-config: "pattern" of "port"',
    );
  });

  test("that is another program's, without a store beside it, is not read", async () => {
    const repository = await repositoryWithStore();
    repository.write("other/.secrets.json", BAD);
    repository.write(".pprotect.yaml", "other: x\n");
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  });

  test("is found in the newest commit by git check, and not once it was corrected", async () => {
    const repository = await repositoryWithStore();
    repository.write("app/.secrets.json", BAD);
    await repository.force();
    const check = () => repository.pprotect("git", "check", "HEAD~1..HEAD");
    const { status, stdout } = await check();
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^[0-9a-f]+ app\/\.secrets\.json:2: invalid-manifest: /),
    ]);
    repository.write("app/.secrets.json", GOOD);
    await repository.commit();
    expect((await check()).status).toBe(0);
  });
});
