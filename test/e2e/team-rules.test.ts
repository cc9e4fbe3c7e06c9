import { afterAll, describe, expect, test } from "bun:test";
import { type GuardedRepository, guardedRepository } from "../git/guard/guard-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const rules = (pattern = "ACME-[0-9]{4}", more = "") =>
  `scan:\n  rules:\n    - id: acme-id\n      pattern: '${pattern}'\n      message: Customer numbers stay out\n${more}`;

async function repositoryWith(config: string): Promise<GuardedRepository> {
  const repository = await guardedRepository();
  repository.write(".pprotect.yaml", config);
  expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
  return repository;
}

describe("a team's own rules", () => {
  test("hold for commits, existing commits and files, with the team's words", async () => {
    const repository = await repositoryWith(rules());
    repository.write("a.txt", "one\nsee ACME-1234\n");
    const said = "a.txt:2: acme-id: Customer numbers stay out (rule of .pprotect.yaml; ";
    const refused = await repository.commit();
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(said)]);
    expect((await repository.pprotect("scan")).stdout).toStartWith(said);
    await repository.force();
    for (const line of [["HEAD"], ["HEAD~1..HEAD"], ["--all"]])
      expect((await repository.pprotect("git", "check", ...line)).stdout).toContain(said);
    repository.write(".pprotectignore", "a.txt rule=acme-id\n");
    expect(await repository.pprotect("scan")).toMatchObject({ status: 0, stdout: "" });
  });

  test("that cannot be used are an error with line and hint, in every command", async () => {
    const repository = await guardedRepository();
    repository.write(".pprotect.yaml", rules("(a)\\1"));
    const problem = '.pprotect.yaml:4: "pattern" of "acme-id" cannot be used: ';
    const inCommit = '.pprotect.yaml:4: invalid-config: "pattern" of "acme-id" cannot be used: ';
    expect((await repository.commit()).stderr).toContain(inCommit);
    const scanned = await repository.pprotect("scan");
    expect([scanned.status, scanned.stderr]).toEqual([1, expect.stringContaining(`pprotect: ${problem}`)]);
    expect(scanned.stderr).toContain("\nhint: write it in the syntax of RE2");
    await repository.force();
    for (const line of [["HEAD"], ["--all"]])
      expect((await repository.pprotect("git", "check", ...line)).stdout).toContain(inCommit);
  });

  test("in another directory than the root are an error: they would have no effect", async () => {
    const repository = await guardedRepository();
    repository.write("sub/.pprotect.yaml", rules());
    expect((await repository.commit()).status).toBe(0);
    repository.write("sub/protected.yaml", "x");
    repository.write("sub/.pprotect.yaml", rules("ACME-[0-9]{5}"));
    expect((await repository.commit()).stderr).toContain(
      "sub/.pprotect.yaml:4: invalid-config: rules of the guard have no effect here; move them to .pprotect.yaml",
    );
  });

  test("cannot be taken away by the branch that they stop, and a branch can add some", async () => {
    const repository = await repositoryWith(rules());
    await repository.must("checkout", "-q", "-b", "hostile");
    repository.write(".pprotect.yaml", rules("NOTHING-[0-9]"));
    await repository.force();
    repository.write("a.txt", "ACME-1234\nNOTHING-1\n");
    await repository.force();
    repository.remove(".pprotect.yaml");
    await repository.force();
    const { stdout } = await repository.pprotect("git", "check", "main..hostile");
    expect(stdout.match(/a\.txt:\d: acme-id/g)).toEqual(["a.txt:1: acme-id"]);
    const all = await repository.pprotect("git", "check", "main..hostile~1");
    expect(all.stdout.match(/a\.txt:\d: acme-id/g)).toEqual(["a.txt:1: acme-id", "a.txt:2: acme-id"]);
  });

  test("are tried on what is there when they change, and when one matches much, that is a warning", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", "see line\n".repeat(8));
    repository.write("b/c.txt", "see line\n".repeat(8));
    repository.write("other.txt", "nothing\n");
    await repository.force();
    repository.write(".pprotect.yaml", rules("line"));
    const { status, stderr } = await repository.commit();
    expect(status).toBe(0);
    expect(stderr).toBe(
      '.pprotect.yaml:3: warning: team-rule: "acme-id" matches 16 lines of 2 files that are already there: ' +
        "if that is not meant, make its pattern or its path narrower\n",
    );
    const answer = readAnswer((await repository.pprotect("git", "check", "--json")).stdout);
    expect(answer.result.warnings).toMatchObject([{ rule: "team-rule", line: 3 }]);
    repository.write(".pprotect.yaml", rules("line", "values: {}\n"));
    expect(await repository.commit()).toMatchObject({ status: 0, stderr: "" });
    repository.write(".pprotect.yaml", rules("nowhere").replace("acme-id", "github-token"));
    expect((await repository.commit()).stderr).toContain(
      '"github-token" is also the name of a rule of pprotect',
    );
  });
});
