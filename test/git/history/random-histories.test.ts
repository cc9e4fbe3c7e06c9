import { afterAll, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import fc from "fast-check";
import { readAccessHistory } from "../../../src/git/history/access-history.ts";
import { openRepository } from "../../../src/git/process/repository.ts";
import { AccessHistoryBuilder } from "../../../src/store/access/access-history.ts";
import { openHistory } from "../../../src/store/access/open-history.ts";
import { whoKnows } from "../../../src/store/access/who-knows.ts";
import { mergeRepository } from "../../support/git-repository.ts";
import { removeFolders } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";
import { isAmbiguous, RandomHistory, STEPS } from "./random-history.ts";

afterAll(removeFolders);

/** Who knows each secret of a history in git, as the program says. */
async function accessIn(history: RandomHistory) {
  const repository = await mergeRepository();
  const imported = await repository.git(["fast-import", "--quiet", "--force"], {}, history.toString());
  expect(imported).toMatchObject({ status: 0, stderr: "" });
  const read = await readAccessHistory(await openRepository(repository.folder), "protected.yaml", {
    user: ALICE.name,
  });
  rmSync(repository.folder, { recursive: true });
  const opened = openHistory(read.history, history.alice, ALICE.passphrase);
  expect(read.unreadable).toEqual([]);
  return whoKnows(read.history, read.store, opened).secrets.map((each) => ({
    secret: `${each.domain}/${each.secret}`,
    people: [...each.readers, ...each.knowers.map(({ custodian }) => custodian)].sort(),
    isExact: each.isExact,
  }));
}

function byOpeningEverything(history: RandomHistory) {
  const knowing = history.whoKnows();
  return [...history.head.data.domains.keys()]
    .sort()
    .flatMap((domain) =>
      [...history.head.decryptDomain(domain, history.alice)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([secret, value]) => ({ secret: `${domain}/${secret}`, people: knowing(value), isExact: true })),
    );
}

/** The same without git and without opening anything. */
function peopleIn(history: RandomHistory) {
  const builder = new AccessHistoryBuilder();
  for (const revision of history.revisions()) builder.add(revision);
  return whoKnows(builder.history(), history.head.data).secrets.map((each) => ({
    secret: `${each.domain}/${each.secret}`,
    people: [...each.readers, ...each.knowers.map(({ custodian }) => custodian)].sort(),
  }));
}

test("who knows a value in a history of git is what opening every version shows", async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const history = new RandomHistory(steps);
      expect(await accessIn(history)).toEqual(byOpeningEverything(history));
    }),
    { numRuns: 25 },
  );
});

test("without credentials it is the same, where no value is entered twice and no commit is reverted", () => {
  fc.assert(
    fc.property(STEPS, (steps) => {
      const history = new RandomHistory(steps.filter(({ kind }) => !isAmbiguous(kind)));
      const exact = byOpeningEverything(history).map(({ secret, people }) => ({ secret, people }));
      expect(peopleIn(history)).toEqual(exact);
    }),
    { numRuns: 60 },
  );
});
