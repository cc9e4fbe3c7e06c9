import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { readStore } from "../../../src/git/guard/format-rules.ts";
import type { StorePatch } from "../../../src/git/guard/store-patches.ts";
import { StoreReadings } from "../../../src/git/guard/store-readings.ts";
import type { BlobReader } from "../../../src/git/process/cat-file.ts";
import { hunksBetween } from "../../support/hunks.ts";
import { NOW, sampleStore } from "../../support/stores.ts";

/** Blobs by their ids, and the ids that were read, in order. */
class Blobs implements BlobReader {
  readonly asked: string[] = [];
  readonly #texts: readonly string[];

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  async read(name: string, limit = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    this.asked.push(name);
    const text = this.#texts[Number(name)];
    return text === undefined ? undefined : Buffer.from(text).subarray(0, limit);
  }

  async close(): Promise<void> {}
}

const first = sampleStore();
const second = first.addSecret("dev", "new", "v", NOW);

/** Versions that continue each other, start again, and cannot be read. */
const TEXTS = [
  ...[first, second, second.removeSecret("dev", "new", NOW), first.truncateAuditLog(1)].map(String),
  ...[second.truncateAuditLog(0), first.removeDomain("dev", NOW)].map(String),
  `${second}- not an entry\n`,
  `# comment\n${first}`,
  "not a store",
  "",
];

describe("versions of stores", () => {
  test("each is read once, and the log is known from the one before", async () => {
    const blobs = new Blobs(TEXTS);
    const readings = new StoreReadings(blobs);
    for (const id of ["0", "1", "0", "1"]) {
      const reading = await readings.read("protected.yaml", id);
      expect(reading).toMatchObject({ store: readStore("", Buffer.from(TEXTS[Number(id)] ?? "")).store });
    }
    expect(blobs.asked).toEqual(["0", "1"]);
    await readings.read("other/protected.yaml", "1");
    expect(blobs.asked).toEqual(["0", "1", "1"]);
  });

  test("one that is expected is asked for once, and not at all if it is known", async () => {
    const blobs = new Blobs(TEXTS);
    const readings = new StoreReadings(blobs);
    // Nothing is asked ahead before it is known that diffs do not do.
    readings.expect("protected.yaml", "0");
    await readings.read("protected.yaml", "0");
    expect(blobs.asked.splice(0)).toEqual(["0"]);
    readings.expect("protected.yaml", "1");
    expect(blobs.asked).toEqual(["1"]);
    const reading = await readings.read("protected.yaml", "1");
    readings.expect("protected.yaml", "1");
    expect(await readings.read("protected.yaml", "1")).toBe(reading);
    expect(blobs.asked).toEqual(["1"]);
  });

  test("in any order, they are what they are when read alone", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(TEXTS.length - 1), { maxLength: 12 }), async (order) => {
        const readings = new StoreReadings(new Blobs(TEXTS));
        for (const id of order) {
          const alone = readStore("protected.yaml", Buffer.from(TEXTS[id] ?? ""));
          const { findings, store } = (await readings.read("protected.yaml", String(id))) as typeof alone;
          expect({ findings, store }).toEqual({ findings: alone.findings, store: alone.store });
        }
      }),
    );
  });

  test("one that is larger than the limit is not parsed, and one that is missing is nothing", async () => {
    const readings = new StoreReadings(new Blobs(TEXTS), 100);
    expect(await readings.read("protected.yaml", "0")).toBe("too-large");
    expect(await readings.read("protected.yaml", "99")).toBeUndefined();
  });

  test("only the last ones are kept", async () => {
    const blobs = new Blobs(Array.from({ length: 300 }, () => String(first)));
    const readings = new StoreReadings(blobs);
    for (let id = 0; id < 300; id++) await readings.read("protected.yaml", String(id));
    await readings.read("protected.yaml", "299");
    await readings.read("protected.yaml", "0");
    expect(blobs.asked.slice(299)).toEqual(["299", "0"]);
  });

  test("one whose diff is at hand is not asked for, if the version before is known or there is none", async () => {
    const texts = [first, second, second.updateSecret("dev", "new", "w", NOW)].map(String);
    const blobs = new BlobsByHash(texts);
    const readings = new StoreReadings(blobs);
    for (const [at, text] of texts.entries()) {
      const patch = patchOf(texts[at - 1], text);
      const reading = await readings.read("protected.yaml", idOf(text), patch);
      expect(reading).toMatchObject({ findings: [], store: readStore("", Buffer.from(text)).store });
    }
    expect(blobs.asked).toEqual([]);
    const [one = "", two = "", three = ""] = texts;
    // The version before is read first, and is known then for its own sake.
    await readings.read("other/protected.yaml", idOf(two), patchOf(one, two));
    await readings.read("other/protected.yaml", idOf(three), patchOf(two, three));
    expect(blobs.asked).toEqual([idOf(one)]);
  });

  test("in any order, with diffs that are right or not, they are what they are when read alone", async () => {
    const wrong = { ...patchOf(TEXTS[1], TEXTS[0] ?? ""), from: idOf(TEXTS[0] ?? "") };
    const versions = fc.tuple(
      fc.nat(TEXTS.length - 1),
      fc.constantFrom("right", "right", "wrong", "none", "new"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(versions, { maxLength: 12 }), async (order) => {
        const readings = new StoreReadings(new BlobsByHash(TEXTS), 3000);
        let before: string | undefined;
        for (const [at, how] of order) {
          const text = TEXTS[at] ?? "";
          const patches = {
            none: undefined,
            wrong,
            new: patchOf(undefined, text),
            right: patchOf(before, text),
          };
          const reading = await readings.read("protected.yaml", idOf(text), patches[how]);
          const alone = readStore("protected.yaml", Buffer.from(text));
          if (Buffer.byteLength(text) > 3000) expect(reading).toBe("too-large");
          else expect(reading).toMatchObject({ findings: alone.findings, store: alone.store });
          before = text;
        }
      }),
    );
  });
});

function idOf(text: string): string {
  return createHash("sha1")
    .update(`blob ${Buffer.byteLength(text)}\0${text}`)
    .digest("hex");
}

function patchOf(before: string | undefined, after: string): StorePatch {
  return { from: before === undefined ? "0".repeat(40) : idOf(before), ...hunksBetween(before ?? "", after) };
}

/** {@link Blobs} with git's ids. */
class BlobsByHash extends Blobs {
  readonly #byId: ReadonlyMap<string, string>;

  constructor(texts: readonly string[]) {
    super(texts);
    this.#byId = new Map(texts.map((text, at) => [idOf(text), String(at)]));
  }

  override async read(name: string, limit?: number): Promise<Uint8Array | undefined> {
    const bytes = await super.read(this.#byId.get(name) ?? "", limit);
    this.asked.splice(-1, 1, name);
    return bytes;
  }
}
