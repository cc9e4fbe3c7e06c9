import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { openBlobReader } from "../../../src/git/process/cat-file.ts";
import { openRepository, type Repository } from "../../../src/git/process/repository.ts";
import { EarlierVersions } from "../../../src/git/trust/earlier-versions.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const STORE = "key-custodians:\naudit-log:\n";
const NAMES = ["protected.yaml", "a/protected.yaml", "app.yaml", "keys.yml", "notes.txt"];

/** A commit: which earlier ones are its parents, and what it makes of a file. */
const commit = fc.record({
  parents: fc.uniqueArray(fc.nat(3), { minLength: 1, maxLength: 2 }),
  name: fc.constantFrom(...NAMES),
  content: fc.constantFrom("store", "other", "removed"),
});
type Commit = typeof commit extends fc.Arbitrary<infer Value> ? Value : never;

/** For `git fast-import`: one commit after another on main, some with another parent too. */
function stream(commits: readonly Commit[], branch: string): string {
  return commits
    .map(({ parents, name, content }, index) => {
      const from = [...new Set(parents.map((back) => index - back).filter((mark) => mark > 0))];
      const lines = from.map((mark, at) => `${at === 0 ? "from" : "merge"} :${mark}\n`).join("");
      const text = `${content === "store" ? STORE : ""}# ${index}\n`;
      const change =
        content === "removed" ? `D ${name}\n` : `M 100644 inline ${name}\ndata ${text.length}\n${text}\n`;
      return (
        `reset refs/heads/${branch}\n` +
        `commit refs/heads/${branch}\nmark :${index + 1}\ncommitter A <a@b> 1700000000 +0000\ndata 0\n${lines}${change}`
      );
    })
    .join("");
}

async function withCommits<Result>(
  action: (
    made: (commits: readonly Commit[], branch: string) => Promise<string[]>,
    repository: Repository,
  ) => Promise<Result>,
): Promise<Result> {
  const test = await mergeRepository();
  const made = async (commits: readonly Commit[], branch: string): Promise<string[]> => {
    const marks = `${test.folder}/marks`;
    const { status, stderr } = await test.git(
      ["fast-import", "--quiet", "--force", `--export-marks=${marks}`],
      {},
      stream(commits, branch),
    );
    expect([status, stderr]).toEqual([0, ""]);
    const lines = (await Bun.file(marks).text()).trim().split("\n");
    const ids = new Map(lines.map((line) => line.split(" ") as [string, string]));
    return commits.map((_, index) => ids.get(`:${index + 1}`) ?? "");
  };
  return action(made, await openRepository(test.folder));
}

test("the versions of a commit are the same whichever commits were asked for before it", () =>
  withCommits(async (made, repository) => {
    const blobs = openBlobReader(repository.root);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(commit, { minLength: 3, maxLength: 8 }),
        fc.array(fc.array(fc.nat(7), { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 4 }),
        async (commits, questions) => {
          const ids = await made(commits, `b${run++}`);
          const asked = new EarlierVersions(repository, blobs);
          for (const question of questions) {
            const revisions = [...new Set(question.flatMap((index) => ids[index] ?? []))];
            const fresh = new EarlierVersions(repository, blobs);
            const expected = [...(await fresh.of(revisions, "protected.yaml"))].sort();
            expect([...(await asked.of(revisions, "protected.yaml"))].sort()).toEqual(expected);
          }
        },
      ),
      { numRuns: 12 },
    );
    await blobs.close();
  }));

test("of commits in a row, the history is listed once; one that git does not know is left out", () =>
  withCommits(async (made, repository) => {
    const commits = Array.from(
      { length: 4 },
      (): Commit => ({
        parents: [0],
        name: "app.yaml",
        content: "store",
      }),
    );
    const ids = await made(commits, "row");
    const ranges: string[][] = [];
    const blobs = openBlobReader(repository.root);
    const versions = new EarlierVersions(
      {
        ...repository,
        tryRun: (...args) => {
          if (args[0] === "log")
            ranges.push(args.slice(args.indexOf("--end-of-options") + 1, args.indexOf("--")));
          return repository.tryRun(...args);
        },
      },
      blobs,
    );
    const counts: number[] = [];
    for (const id of ids) counts.push((await versions.of([id], "protected.yaml")).size);
    expect(counts).toEqual([1, 2, 3, 4]);
    expect(ranges).toEqual(ids.map((id, index) => (index === 0 ? [id] : [id, `^${ids[index - 1]}`])));
    const unknown = "0123456789".repeat(4);
    expect((await versions.of([unknown], "protected.yaml")).size).toBe(0);
    expect((await versions.of([unknown, ids[1] ?? ""], "protected.yaml")).size).toBe(2);
    await blobs.close();
  }));

test("a history that git cannot list is an error, and not one without stores", async () => {
  const repository = await mergeRepository();
  await repository.commitStore(STORE, "first");
  const tree = (await repository.must("rev-parse", "HEAD^{tree}")).trim();
  await repository.commitStore(`${STORE}# more\n`, "second");
  rmSync(join(repository.folder, ".git/objects", tree.slice(0, 2), tree.slice(2)));
  const opened = await openRepository(repository.folder);
  const blobs = openBlobReader(opened.root);
  const versions = new EarlierVersions(opened, blobs);
  await expect(versions.of(["HEAD"], "protected.yaml")).rejects.toMatchObject({ code: "git_failed" });
  await blobs.close();
});
