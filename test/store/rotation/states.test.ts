import { describe, expect, test } from "bun:test";
import { KeyFile } from "../../../src/store/key-file.ts";
import { renameDomain } from "../../../src/store/renaming.ts";
import { stagedRotations, strayStages } from "../../../src/store/rotation/states.ts";
import {
  abortRotation,
  finishRotation,
  promoteRotation,
  stageRotation,
} from "../../../src/store/rotation/steps.ts";
import { ALICE, NOW, sampleStore, secretsOf, unlocked } from "../../support/stores.ts";

const NAMES = { domain: "dev", secret: "api-key" };
const start = sampleStore();
const alice = unlocked(start, ALICE);
const since = Date.parse("2026-02-03T04:05:06Z");
const LATER = new Date(NOW.getTime() + 86_400_000);
const staged = stageRotation(start, NAMES, "new-value", NOW);
const promoted = promoteRotation(staged, NAMES, alice, NOW);

const stages = (file: KeyFile) => stagedRotations(file.data);
const STAGED = { ...NAMES, stage: "staged", since } as const;
const PROMOTED = { ...NAMES, stage: "promoted", since } as const;
const state = expect.objectContaining({ code: "rotation_state" });

/** The store with a secret of any length of name, as older versions wrote it. */
function withSecret(name: string): KeyFile {
  const file = start.addSecret("dev", "long", "old-value", NOW).toString();
  return KeyFile.parse(file.replace(/^( +)secret-long:/m, `$1secret-${name}:`), "store");
}

describe("a rotation", () => {
  test("is staged, promoted and finished, with an entry of the audit log for each step", () => {
    expect(stages(staged)).toEqual([STAGED]);
    expect(stages(promoted)).toEqual([PROMOTED]);
    const finished = finishRotation(promoted, NAMES, NOW);
    expect(stages(finished)).toEqual([]);
    expect(secretsOf(finished, "dev", ALICE)["api-key"]).toBe("new-value");
    const entries = finished.data.auditLog.filter((entry) => entry.includes(" rotation of secret "));
    expect(entries.map((entry) => entry.slice(24))).toEqual([
      "staged rotation of secret api-key in dev",
      "promoted rotation of secret api-key in dev",
      "finished rotation of secret api-key in dev",
    ]);
    expect(stages(abortRotation(staged, NAMES, NOW))).toEqual([]);
  });

  test.each<[string, () => unknown, string]>([
    ["finish", () => finishRotation(start, NAMES), "--stage and --promote come first"],
    ["abort", () => abortRotation(start, NAMES), "there is nothing to abort"],
    ["abort", () => abortRotation(promoted, NAMES), "it was promoted already; --finish drops the old value"],
    ["promote", () => promoteRotation(start, NAMES, alice), "--stage a new value first"],
    ["stage", () => stageRotation(staged, NAMES, "v"), "--promote or --abort it first"],
  ])("cannot %s it in another state, and says so", (step, act, fix) => {
    expect(act).toThrow(new RegExp(`^cannot ${step} [a-z ]+ dev/api-key: there is `));
    expect(act).toThrow(expect.objectContaining({ fix }));
  });

  test.each([992, 995, 996, 1000, 1008])("is made of a secret whose name has %i characters", (length) => {
    const names = { domain: "dev", secret: "a".repeat(length) };
    const next = stageRotation(withSecret(names.secret), names, "new-value", NOW);
    const after = KeyFile.parse(promoteRotation(next, names, alice, NOW).toString(), "store");
    expect(stages(after)).toEqual([{ ...names, stage: "promoted", since }]);
    const finished = finishRotation(after, names, NOW);
    expect(secretsOf(finished, "dev", ALICE)[names.secret]).toBe("new-value");
  });

  test("is refused before its first step when a name beside it would be too long for YAML", () => {
    const names = { domain: "dev", secret: "a".repeat(1009) };
    const act = () => stageRotation(withSecret(names.secret), names, "v", NOW);
    expect(act).toThrow(state);
    expect(act).toThrow("the key of its _previous would have 1025 characters, and YAML takes 1024");
  });

  test("is not made by the name alone: what anyone added is not promoted, finished, aborted or overwritten", () => {
    const added = start.addSecret("dev", "api-key_next", "planted", NOW);
    const previous = start.addSecret("dev", "api-key_previous", "planted", NOW);
    expect([stages(added), stages(previous)]).toEqual([[], []]);
    expect(() => promoteRotation(added, NAMES, alice, NOW)).toThrow(state);
    expect(() => abortRotation(added, NAMES, NOW)).toThrow(state);
    expect(() => stageRotation(added, NAMES, "v", NOW)).toThrow(state);
    expect(() => finishRotation(previous, NAMES, NOW)).toThrow(state);
    expect(() => stageRotation(previous, NAMES, "v", NOW)).toThrow(state);
  });

  test.each([
    ["updated", (file: KeyFile) => file.updateSecret("dev", "api-key_next", "planted", LATER)],
    ["set", (file: KeyFile) => file.setSecret("dev", "api-key_next", "planted", LATER)],
    [
      "removed and added",
      (file: KeyFile) =>
        file.removeSecret("dev", "api-key_next", LATER).addSecret("dev", "api-key_next", "planted", LATER),
    ],
  ])("ends when what is beside the secret is %s", (_, change) => {
    const changed = change(staged);
    expect(stages(changed)).toEqual([]);
    expect(() => promoteRotation(changed, NAMES, alice, LATER)).toThrow(state);
  });

  test("goes on when the secret itself gets another value, when keys are rotated and when the domain gets another name", () => {
    expect(stages(staged.updateSecret("dev", "api-key", "other", LATER))).toEqual([STAGED]);
    expect(stages(promoted.rotateDomainKey("dev", alice, LATER))).toEqual([PROMOTED]);
    const renamed = renameDomain(staged, "dev", "test", alice, [ALICE.name], LATER);
    expect(stages(renamed)).toMatchObject([{ domain: "test", secret: "api-key", stage: "staged" }]);
  });

  test("needs its entry of the audit log, which truncating keeps", () => {
    const without = {
      ...staged.data,
      auditLog: staged.data.auditLog.filter((each) => !each.includes("staged")),
    };
    expect(stagedRotations(without)).toEqual([]);
    expect(stages(staged.truncateAuditLog(0))).toEqual([STAGED]);
    expect(stages(promoted.addSecret("dev", "more", "v", LATER).truncateAuditLog(1))).toEqual([PROMOTED]);
    // What is over is not kept.
    const over = finishRotation(promoted, NAMES, NOW).truncateAuditLog(0);
    expect(over.data.auditLog.filter((entry) => entry.includes(" rotation of secret "))).toEqual([]);
  });

  test("of a secret that was removed leaves a stray", () => {
    const removed = staged.removeSecret("dev", "api-key", LATER);
    expect(stages(removed)).toEqual([]);
    expect(strayStages(removed.data)).toEqual([{ ...STAGED, beside: "api-key_next" }]);
    expect(strayStages(removed.removeSecret("dev", "api-key_next", LATER).data)).toEqual([]);
  });
});
