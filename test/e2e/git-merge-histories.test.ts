import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { checkStoreChange } from "../../src/git/guard/consistency-rules.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { COUNTS, TIMES } from "../support/counts.ts";
import { GitObjects } from "../support/git-objects.ts";
import { mergeRepository, type TestRepository } from "../support/git-repository.ts";
import { apply, areDisjoint, type Branch, operations, startingPoint } from "../support/histories.ts";
import { openEverything } from "../support/merge-cases.ts";
import { removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

/** How many random histories are merged. */
const HISTORIES = COUNTS.histories * TIMES;

interface Merged {
  readonly clean: boolean;
  readonly text: string;
  readonly report: string;
}

/** Merges two stores through git itself, as `git merge` would, without touching a work tree. */
async function mergeByGit(
  repository: TestRepository,
  base: Branch,
  ours: Branch,
  theirs: Branch,
  env: Readonly<Record<string, string>>,
): Promise<Merged> {
  const objects = new GitObjects(repository.folder);
  const commit = (branch: Branch, parents: readonly string[]): string =>
    objects.commitFile("protected.yaml", branch.keyFile.toString(), parents);
  const parents = [commit(base, [])];
  objects.setBranch("ours", commit(ours, parents));
  objects.setBranch("theirs", commit(theirs, parents));
  const { status, stdout, stderr } = await repository.git(
    ["merge-tree", "--write-tree", "ours", "theirs"],
    env,
  );
  if (status > 1) throw new Error(`git merge-tree: ${stderr}`);
  const [tree = ""] = stdout.split("\n");
  return { clean: status === 0, text: objects.fileIn(tree, "protected.yaml"), report: stdout + stderr };
}

/** The passphrases after a merge: of whichever side changed them. */
function mergedPassphrases(base: Branch, ours: Branch, theirs: Branch): Record<string, string> {
  const names = new Set([...Object.keys(ours.passphrases), ...Object.keys(theirs.passphrases)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const our = ours.passphrases[name];
      const changed = our !== undefined && our !== base.passphrases[name];
      return [name, (changed ? our : (theirs.passphrases[name] ?? our)) ?? ""];
    }),
  );
}

/** What a clean merge must hold: each secret's three-way result in the clear, of every domain that is left. */
function threeWaySecrets(base: Branch, ours: Branch, theirs: Branch): Record<string, Record<string, string>> {
  const [b, o, t] = [base, ours, theirs].map(
    (each) => openEverything(each.keyFile.data, each.passphrases).secrets,
  );
  const result: Record<string, Record<string, string>> = {};
  for (const domain of new Set([...Object.keys(o ?? {}), ...Object.keys(t ?? {})])) {
    const [inBase, inOurs, inTheirs] = [b?.[domain], o?.[domain], t?.[domain]];
    // Removed by one side, and the other cannot have changed it, or it would be a conflict.
    if (inBase && (!inOurs || !inTheirs)) continue;
    const secrets: Record<string, string> = {};
    for (const secret of new Set([...Object.keys(inOurs ?? {}), ...Object.keys(inTheirs ?? {})])) {
      const [x, y, z] = [inBase?.[secret], inOurs?.[secret], inTheirs?.[secret]];
      if (y !== z && y !== x && z !== x)
        throw new Error(`${domain}/${secret} was changed by both, and merged clean`);
      const value = y === x ? z : y;
      if (value !== undefined) secrets[secret] = value;
    }
    result[domain] = secrets;
  }
  return result;
}

test(
  `${HISTORIES} random histories merge right through git, or are reported`,
  async () => {
    const repository = await mergeRepository();
    const start = startingPoint();
    const tally = { clean: 0, conflicts: 0, disjoint: 0 };
    await fc.assert(
      fc.asyncProperty(
        operations(3),
        operations(4),
        operations(4),
        fc.boolean(),
        async (before, one, other, asOwner) => {
          const base = { ...apply(start, before, "b"), touched: new Set<string>() };
          const ours = apply(base, one, "o");
          const theirs = apply(base, other, "t");
          const creds = { PPROTECT_USER: "ann", PPROTECT_PASSPHRASE: base.passphrases.ann ?? "" };
          const merged = await mergeByGit(repository, base, ours, theirs, asOwner ? creds : {});
          if (areDisjoint(ours.touched, theirs.touched)) {
            tally.disjoint++;
            expect({ ...merged, text: "" }).toMatchObject({ clean: true });
          }
          if (!merged.clean) {
            tally.conflicts++;
            expect(merged.report).toContain("protected.yaml");
            expect(merged.text).toMatch(/^<{7} ours$/m);
            return;
          }
          tally.clean++;
          const { data } = KeyFile.parse(Buffer.from(merged.text), "merged");
          expect(KeyFile.from(data).toString()).toBe(merged.text);
          const parents = [ours.keyFile.data, theirs.keyFile.data];
          const change = { path: "store", store: data, parents, bases: [base.keyFile.data], lineOf: () => 1 };
          const { errors, warnings } = checkStoreChange(change);
          expect([...errors, ...warnings.filter(({ rule }) => rule !== "no-audit-entry")]).toEqual([]);
          const opened = openEverything(data, mergedPassphrases(base, ours, theirs));
          expect(opened.secrets).toEqual(threeWaySecrets(base, ours, theirs));
        },
      ),
      { numRuns: HISTORIES, endOnFailure: process.env.CI !== undefined },
    );
    // A generator that only ever makes one kind of history would prove little.
    expect(Math.min(tally.clean, tally.conflicts, tally.disjoint)).toBeGreaterThan(HISTORIES / 20);
  },
  600_000 * TIMES,
);
