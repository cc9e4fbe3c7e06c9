import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import fc from "fast-check";
import { storeLog, storeLogs } from "../../../src/git/history/store-log.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

/** `a` may be a file or a directory. */
const PATHS = ["a", "a/b", "c d", "-e", "[f]*"] as const;

const COMMITS = fc.array(
  fc.record({
    from: fc.nat(3),
    merged: fc.option(fc.nat(5)),
    path: fc.constantFrom(...PATHS),
    change: fc.oneof(
      fc.record({ to: fc.constantFrom(...PATHS) }),
      fc.record({ content: fc.nat(3) }),
      fc.constant("remove" as const),
    ),
    time: fc.nat(5),
  }),
  { minLength: 10, maxLength: 30 },
);

/** The input of `git fast-import`; the last commit is on `main`. */
function historyOf(commits: typeof COMMITS extends fc.Arbitrary<infer Each> ? Each : never): string {
  const quoted = (path: string): string => JSON.stringify(path);
  return commits
    .map(({ from, merged, path, change, time }, index) => {
      const parent = index - from;
      const other = merged === null ? 0 : index - merged;
      const what =
        change === "remove"
          ? `D ${quoted(path)}`
          : "to" in change
            ? `R ${quoted(path)} ${quoted(change.to)}`
            : `M 100644 inline ${quoted(path)}\ndata 9\ncontent ${change.content}`;
      // A path that is not there cannot be renamed.
      const made = what.startsWith("R ")
        ? `M 100644 inline ${quoted(path)}\ndata 3\nx ${from}\n${what}`
        : what;
      const lines = [
        `commit refs/heads/${index === commits.length - 1 ? "main" : `side-${index % 3}`}`,
        `mark :${index + 1}`,
        `committer A <a@b> ${1_700_000_000 + time} +0000\ndata 0`,
        ...(parent > 0 && parent <= index ? [`from :${parent}`] : []),
        ...(other > 0 && other !== parent ? [`merge :${other}`] : []),
        made,
      ];
      return `${lines.join("\n")}\n`;
    })
    .join("\n");
}

test("the logs of several files are those of each alone", async () => {
  await fc.assert(
    fc.asyncProperty(COMMITS, async (commits) => {
      const { folder, git } = await mergeRepository();
      const imported = await git(["fast-import", "--quiet", "--force"], {}, historyOf(commits));
      expect(imported).toMatchObject({ status: 0, stderr: "" });
      const repository = await openRepository(folder);
      const logs = await storeLogs(repository, PATHS, ["--all"]);
      for (const path of PATHS) expect(logs.get(path)).toEqual(await storeLog(repository, path, ["--all"]));
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 5 },
  );
});
