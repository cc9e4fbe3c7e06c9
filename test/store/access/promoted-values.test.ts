import { expect, test } from "bun:test";
import { AccessHistoryBuilder } from "../../../src/store/access/access-history.ts";
import { whoKnows } from "../../../src/store/access/who-knows.ts";
import type { KeyFile } from "../../../src/store/key-file.ts";
import { promoteRotation, stageRotation } from "../../../src/store/rotation/steps.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";

const NAMES = { domain: "dev", secret: "api-key" };

/** When each value of `dev` is from, by the number of the version, and who else knows it. */
function valuesOf(
  versions: readonly KeyFile[],
): Record<string, [since: string | undefined, knowers: readonly string[]]> {
  const builder = new AccessHistoryBuilder();
  versions.forEach(({ data }, at) => {
    const moment = { commit: `c${at}`, shortId: `c${at}`, time: at, author: "a", branch: undefined };
    builder.add({ moment, before: at === 0 ? [] : [versions[at - 1]?.data ?? data], after: data });
  });
  const last = versions.at(-1)?.data;
  if (!last) throw new Error("no version");
  const { secrets } = whoKnows(builder.history(), last);
  return Object.fromEntries(
    secrets
      .filter(({ domain, secret }) => domain === "dev" && secret.startsWith("api-key"))
      .map(({ secret, since, knowers }) => [
        secret,
        [since?.commit, knowers.map(({ custodian }) => custodian)],
      ]),
  );
}

const start = sampleStore();
const alice = unlocked(start, ALICE);
// Bob knows the first value, and can read nothing any more.
const without = start.removeOwner("dev", BOB.name, NOW).rotateDomainKey("dev", alice, NOW);
const staged = stageRotation(without, NAMES, "new", NOW);
const promoted = promoteRotation(staged, NAMES, alice, NOW);

test("a value is as old as when it was staged, and the old one beside it as old as it was, and known as it was", () => {
  expect(valuesOf([start, without, staged, promoted])).toEqual({
    "api-key": ["c2", []],
    "api-key_previous": ["c0", [BOB.name]],
  });
});

test("the same where the keys were replaced in the same version", () => {
  const rotated = promoted.rotateDomainKey("dev", alice, NOW);
  expect(valuesOf([start, without, staged, rotated])).toEqual({
    "api-key": ["c2", []],
    "api-key_previous": ["c0", [BOB.name]],
  });
});

test("a value that was staged and promoted in one version is new there", () => {
  expect(valuesOf([start, without, promoted])).toEqual({
    "api-key": ["c2", []],
    "api-key_previous": ["c0", [BOB.name]],
  });
});
