import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { edits, mutate } from "../../fuzz/mutations.ts";
import { COUNTS } from "../../support/counts.ts";
import { fixtureBytes, invalidNames, mergeFiles } from "../../support/fixtures.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const STORES = [
  fixtureBytes("valid.yaml"),
  fixtureBytes("interop", "names.yaml"),
  ...invalidNames().map((name) => fixtureBytes("invalid", `${name}.yaml`)),
  ...mergeFiles().map((path) => fixtureBytes("merge", path)),
];

/** Files of one commit. */
const BATCH = 20;
const SEED = Number(process.env.PPROTECT_FUZZ_SEED ?? 1);

test("staged and committed in a repository, no mutant of a store stops the guard, the log or the diff", async () => {
  const mutants = fc.sample(
    fc.noBias(
      fc.record({ text: fc.constantFrom(...STORES), other: fc.constantFrom(...STORES), changes: edits }),
    ),
    { seed: SEED, numRuns: COUNTS.guardRepositoryMutants },
  );
  const repository = await mergeRepository();
  const found = { refused: 0, accepted: 0 };
  for (let first = 0; first < mutants.length; first += BATCH) {
    const batch = mutants.slice(first, first + BATCH);
    // The first of them each time with a history of its own; the same paths, so each is a change of the last.
    for (const [index, { text, other, changes }] of batch.entries()) {
      repository.write(`${index}/protected.yaml`, mutate(text, changes, other));
    }
    await repository.must("add", "-A");
    const { status, stdout, stderr } = await repository.pprotect(["git", "pre-commit", "--json"]);
    expect([SEED, first, stderr]).toEqual([SEED, first, ""]);
    const { ok, result } = JSON.parse(stdout);
    expect([status, ok]).toEqual(result.findings.length > 0 ? [1, false] : [0, true]);
    const refused = new Set(result.findings.map(({ path }: { path: string }) => path)).size;
    found.refused += refused;
    found.accepted += batch.length - refused;
    await repository.must("commit", "-q", "--no-verify", "-m", `batch ${first}`);
  }
  expect(found.refused).toBeGreaterThan(mutants.length / 4);
  expect(found.accepted).toBeGreaterThan(mutants.length / 20);
  const checked = await repository.pprotect(["git", "check", "--all"]);
  expect([checked.status, checked.stderr]).toEqual([
    1,
    expect.stringMatching(/\d+ commits checked, \d+ findings\n$/),
  ]);
  const history = await repository.pprotect(["git", "history", "--file", "0/protected.yaml"]);
  expect([history.status, history.stderr]).toEqual([0, ""]);
});
