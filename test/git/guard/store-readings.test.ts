import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readStore } from "../../../src/git/guard/format-rules.ts";
import { StoreReadings } from "../../../src/git/guard/store-readings.ts";
import type { BlobReader } from "../../../src/git/process/cat-file.ts";
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
    const blobs = new Blobs(Array.from({ length: 100 }, () => String(first)));
    const readings = new StoreReadings(blobs);
    for (let id = 0; id < 100; id++) await readings.read("protected.yaml", String(id));
    await readings.read("protected.yaml", "99");
    await readings.read("protected.yaml", "0");
    expect(blobs.asked.slice(99)).toEqual(["99", "0"]);
  });
});
