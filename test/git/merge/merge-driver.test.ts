import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DriverInput, runMergeDriver } from "../../../src/git/merge/merge-driver.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import type { Domain } from "../../../src/store/store-data.ts";
import { knownKeys, TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { ALICE, domainOf, edited, rotated, teamStore, tick } from "../../support/merge-stores.ts";
import { processorTime } from "../../support/processor-time.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

interface Texts {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

function inputOf({ base, ours, theirs }: Texts): DriverInput {
  const folder = emptyFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return {
    base: write("base", base),
    ours: write("ours", ours),
    theirs: write("theirs", theirs),
    markerSize: 7,
    path: "protected.yaml",
    isVirtualAncestor: false,
    trust: async () => TRUST_NO_NEW_KEY,
    givenCreds: async () => undefined,
  };
}

const textsOf = (base: KeyFile, ours: KeyFile, theirs: KeyFile): Texts => ({
  base: base.toString(),
  ours: ours.toString(),
  theirs: theirs.toString(),
});

describe("a passphrase is derived only if something has to be opened", () => {
  const base = teamStore();
  const upstream = rotated(base);
  const commit = (file: KeyFile): KeyFile => file.addSecret("dev", "x", "1", tick());

  test.each([
    [
      "each side changes another secret",
      base.updateSecret("prod", "db", "o", tick()),
      base.updateSecret("prod", "leaked", "t", tick()),
      0,
    ],
    ["a commit of another domain is rebased on a new key", upstream, commit(base), 0],
    ["a new key comes in, and the other side did nothing in the domain", commit(base), upstream, 1],
    ["an addition meets a new key", upstream, base.addSecret("prod", "new", "v", tick()), 1],
  ])("%s", async (_name, ours, theirs, expected) => {
    let asked = 0;
    const givenCreds = async () => {
      asked++;
      return ALICE;
    };
    const { clean } = await runMergeDriver({ ...inputOf(textsOf(base, ours, theirs)), givenCreds });
    expect([clean, asked]).toEqual([true, expected]);
  });
});

describe("a secret that one side removed and the other set to the same value again", () => {
  const base = teamStore();
  const removed = base.removeSecret("prod", "db", tick());
  const again = base.updateSecret("prod", "db", "db-value", tick());
  const changed = base.updateSecret("prod", "db", "other", tick());

  test.each([
    ["removed by ours", removed, again],
    ["removed by theirs", again, removed],
    ["removed by ours, which replaced the key", rotated(removed), again],
    ["removed by theirs, which replaced the key", again, rotated(removed)],
    ["removed by ours, and theirs replaced the key", removed, rotated(again)],
    ["removed by theirs, and ours replaced the key", rotated(again), removed],
  ])("is removed with an owner's credentials: %s", async (_, ours, theirs) => {
    const input = inputOf(textsOf(base, ours, theirs));
    const trust = async () => knownKeys(undefined, base.data, [ours.data, theirs.data]);
    expect(await runMergeDriver({ ...input, trust, givenCreds: async () => ALICE })).toMatchObject({
      clean: true,
    });
    expect(domainOf(KeyFile.parse(readFileSync(input.ours), "merged")).secrets.has("db")).toBe(false);
  });

  test.each([
    ["ours", removed, changed],
    ["theirs", changed, removed],
  ])("is a conflict with another value, where %s removed it", async (_, ours, theirs) => {
    const input = inputOf(textsOf(base, ours, theirs));
    expect(await runMergeDriver({ ...input, givenCreds: async () => ALICE })).toMatchObject({
      clean: false,
    });
  });
});

test("with ancestors that are merged by git, the result is a store and nothing is reported", async () => {
  const base = teamStore();
  const texts = textsOf(
    base,
    base.updateSecret("prod", "db", "o", tick()),
    base.updateSecret("prod", "db", "t", tick()),
  );
  const input = { ...inputOf(texts), isVirtualAncestor: true };
  expect(await runMergeDriver(input)).toMatchObject({ clean: true, conflicts: [], report: [] });
  const merged = KeyFile.parse(readFileSync(input.ours), "ancestor");
  expect([texts.ours, texts.theirs]).not.toContain(merged.toString());
});

test("two sides that replaced the key merge in linear time without credentials", async () => {
  const base = teamStore();
  const large = (file: KeyFile, count: number): KeyFile => {
    const domain: Domain = domainOf(file);
    const secrets = new Map(Array.from({ length: count }, (_, index) => [`secret-${index}`, fakeBox()]));
    return edited(file, { domains: new Map(file.data.domains).set("prod", { ...domain, secrets }) });
  };
  const milliseconds = async (count: number): Promise<number> => {
    const texts = textsOf(large(base, count), large(rotated(base), count), large(rotated(base), count));
    const times: number[] = [];
    for (let run = 0; run < 3; run++) {
      const input = inputOf(texts);
      const start = processorTime();
      expect(await runMergeDriver(input)).toMatchObject({ clean: false });
      times.push(processorTime() - start);
    }
    return Math.min(...times);
  };
  await milliseconds(1000);
  const [small, big] = [await milliseconds(1000), await milliseconds(8000)];
  // Eight times as much for eight times the size; quadratic, it would be 64 times as much.
  expect(big / small).toBeLessThan(24);
});

/** A value of the form of a sealed one; it is never opened here. */
function fakeBox(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(60));
  bytes[0] = 0;
  return Buffer.from(bytes).toString("base64");
}
