import { describe, expect, test } from "bun:test";
import { BlobsAhead } from "../../../src/git/process/blobs-ahead.ts";
import type { BlobReader } from "../../../src/git/process/cat-file.ts";

const LIMIT = 100_000;
const SHORT = 64 * 1024;

/** Blobs whose ids are their lengths; `none` does not exist, and `broken` cannot be read. */
class Blobs implements BlobReader {
  readonly asked: string[] = [];

  async read(name: string, limit = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    this.asked.push(`${name} ${limit}`);
    if (name === "broken") throw new Error(name);
    return name === "none" ? undefined : new Uint8Array(Math.min(Number(name), limit));
  }

  async close(): Promise<void> {}
}

describe("blobs that are read ahead", () => {
  test("each is asked for once, and read as it is without being expected", async () => {
    const blobs = new Blobs();
    const ahead = new BlobsAhead(blobs, LIMIT);
    for (const id of ["10", "none", "10"]) ahead.expect(id);
    expect(blobs.asked).toEqual([`10 ${SHORT}`, `none ${SHORT}`]);
    expect((await ahead.read("10"))?.length).toBe(10);
    expect(await ahead.read("none")).toBeUndefined();
    expect((await ahead.read("20"))?.length).toBe(20);
    expect(blobs.asked.slice(2)).toEqual([`20 ${LIMIT}`]);
  });

  test("of a long one, only the beginning is read ahead", async () => {
    const ahead = new BlobsAhead(new Blobs(), LIMIT);
    for (const length of [SHORT - 1, SHORT, SHORT + 1, LIMIT, LIMIT + 1]) {
      ahead.expect(String(length));
      expect((await ahead.read(String(length)))?.length).toBe(Math.min(length, LIMIT));
    }
  });

  test("a limit that is lower counts", async () => {
    const blobs = new Blobs();
    const ahead = new BlobsAhead(blobs, 5);
    ahead.expect("10");
    expect((await ahead.read("10"))?.length).toBe(5);
    expect(blobs.asked[0]).toBe("10 5");
  });

  test("one that fails does so when it is read", async () => {
    const ahead = new BlobsAhead(new Blobs(), LIMIT);
    ahead.expect("broken");
    await Bun.sleep(0);
    expect(ahead.read("broken")).rejects.toThrow("broken");
  });

  test("so many are asked for at once, and those that were dropped do not count", async () => {
    const blobs = new Blobs();
    const ahead = new BlobsAhead(blobs, LIMIT);
    for (let id = 0; id < 1000; id++) ahead.expect(String(id));
    const most = blobs.asked.length;
    expect(most).toBeLessThan(1000);
    expect((await ahead.read("999"))?.length).toBe(999);
    ahead.drop("0");
    ahead.expect("999");
    expect(blobs.asked.length).toBe(most + 2);
  });
});
