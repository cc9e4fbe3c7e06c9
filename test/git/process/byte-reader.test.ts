import { expect, test } from "bun:test";
import fc from "fast-check";
import { ByteReader } from "../../../src/git/process/byte-reader.ts";

function streamOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

test("takes bytes through one of the next that are the same", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ max: 2, maxLength: 5 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }),
      async (chunks, counts) => {
        const all = Buffer.concat(chunks);
        const ends = [...all.keys()].filter((at) => all[at] === 0).map((at) => at + 1);
        const reader = new ByteReader(streamOf(chunks), async () => new Error("ended"));
        let taken = 0;
        for (const count of counts) {
          const [start, end] = [ends[taken - 1] ?? 0, ends[taken + count - 1]];
          const bytes = Promise.resolve(reader.takeThrough(0, count));
          if (end === undefined) return void (await expect(bytes).rejects.toThrow("ended"));
          expect(Buffer.from(await bytes)).toEqual(all.subarray(start, end));
          taken += count;
        }
      },
    ),
  );
});

test("gives the bytes of a stream in their order, whatever its chunks are", async () => {
  const step = fc.record({ how: fc.constantFrom("take", "skip", "through"), length: fc.nat(6) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ max: 3, maxLength: 5 }), { maxLength: 8 }),
      fc.array(step, { maxLength: 8 }),
      async (chunks, steps) => {
        const all = Buffer.concat(chunks);
        const reader = new ByteReader(streamOf(chunks), async () => new Error("ended"));
        let at = 0;
        for (const { how, length } of steps) {
          const end = how === "through" ? all.indexOf(length % 4, at) + 1 : at + length;
          if (end > all.length || end <= at) {
            if (end === at && how !== "through") continue;
            const failing = how === "through" ? reader.takeThrough(length % 4) : reader.take(length);
            expect(failing).rejects.toThrow("ended");
            return;
          }
          if (how === "skip") await reader.skip(length);
          else {
            const bytes = how === "take" ? await reader.take(length) : await reader.takeThrough(length % 4);
            expect(Buffer.from(bytes)).toEqual(all.subarray(at, end));
          }
          at = end;
        }
      },
    ),
  );
});
