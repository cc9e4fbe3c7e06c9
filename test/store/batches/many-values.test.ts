import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { encodeUtf8 } from "../../../src/common/utf8.ts";
import { generatePrivateKey } from "../../../src/crypto/x25519/private-key.ts";
import type { Failure as NoResult, Result } from "../../../src/store/batches/batch.ts";
import { type SecondThread, startThread, workOnValues } from "../../../src/store/batches/many-values.ts";
import { type Handover, SharedBatches } from "../../../src/store/batches/shared-batches.ts";
import { workerFile } from "../../../src/store/batches/worker-file.ts";
import { openValue, sealValue } from "../../../src/store/format/sealed-value.ts";
import type { FailingHandover, Failure } from "../../support/failing-thread.ts";
import { until } from "../../support/until.ts";

const KEY = generatePrivateKey();
const OTHER = generatePrivateKey();

const NOT_OPENED: NoResult = { problem: "not opened" };
const NOT_TEXT: NoResult = { problem: "not text" };

const PATIENCE = 10_000;
const ONE_THREAD: SecondThread = { start: () => false, patience: PATIENCE };

function seal(text: string | Uint8Array, key = KEY): string {
  return sealValue(typeof text === "string" ? encodeUtf8(text) : text, key.publicKey);
}

function results(sealed: readonly string[], thread?: SecondThread): Result[] {
  const all: Result[] = [];
  workOnValues(sealed, { privateKey: KEY }, (result) => all.push(result), thread);
  return all;
}

/** Opens each by itself, as in a small store. */
function oneByOne(sealed: readonly string[]): Result[] {
  return sealed.map((each) => {
    const plaintext = openValue(each, KEY);
    if (!plaintext) return NOT_OPENED;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(plaintext);
    return Buffer.from(text).equals(plaintext) ? text : NOT_TEXT;
  });
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: "binary", maxLength: 60 }).map((text) => seal(text)) },
  { weight: 1, arbitrary: fc.constantFrom("", "\ufeffmarked", "x".repeat(20_000)).map((text) => seal(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) => seal(bytes)) },
  { weight: 1, arbitrary: fc.string().map((text) => seal(text, OTHER)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "AA==", "plain text", seal("x").slice(4), `B${seal("x").slice(1)}`),
  },
);

test("two threads, one thread and opening each by itself give the same, in the same order", () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 400 }),
      fc.integer({ min: 1, max: 5 }),
      (some, times) => {
        const sealed = Array.from({ length: times }, () => some).flat();
        const expected = oneByOne(sealed);
        expect(results(sealed)).toEqual(expected);
        expect(results(sealed, ONE_THREAD)).toEqual(expected);
      },
    ),
    { numRuns: 15, interruptAfterTimeLimit: 8_000 },
  );
});

test.each([
  ["two threads", undefined],
  ["one thread", ONE_THREAD],
])("%s seal again what opens, to the new key", (_, thread) => {
  const texts = Array.from({ length: 700 }, (_, index) => `value ${index} ${"ü".repeat(index % 70)}`);
  const sealed = [...texts.map((text) => seal(text)), seal(new Uint8Array([0xff])), seal("x", OTHER)];
  const resealed: Result[] = [];
  const keys = { privateKey: KEY, recipient: OTHER.publicKey };
  workOnValues(sealed, keys, (result) => resealed.push(result), thread);
  expect(resealed.splice(texts.length)).toEqual([NOT_TEXT, NOT_OPENED]);
  const opened = resealed.map((each) => Buffer.from(openValue(String(each), OTHER) ?? []).toString());
  expect(opened).toEqual(texts);
  expect(new Set(resealed).size).toBe(texts.length);
});

test("the second thread does all the work if the first only waits, and then it ends", async () => {
  const sealed = Array.from({ length: 600 }, (_, index) => seal(`value ${index}`));
  const room = 8_192;
  const handover = {
    memory: SharedBatches.memory(room),
    room,
    publicKey: KEY.publicKey,
    recipient: undefined,
  };
  const shared = new SharedBatches(handover);
  const before = threads();
  shared.leaveKey(KEY);
  startThread(handover);
  const opened: Result[] = [];
  for (const batch of shared.inOrder(sealed)) {
    while (!batch.isDone) Bun.sleepSync(1);
    batch.takeResults("utf8", (result) => opened.push(result));
  }
  shared.close(PATIENCE);
  expect(opened).toEqual(sealed.map((_, index) => `value ${index}`));
  await until(() => threads() === before);
});

/** How many second threads there are, where the system shows it. */
function threads(): number {
  if (process.platform !== "linux") return 0;
  const names = readdirSync("/proc/self/task").map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, "utf8").trim();
    } catch {
      return "";
    }
  });
  return names.filter((name) => name === "Worker").length;
}

test.each<Failure>(["blocks", "throws"])(
  "a second thread that %s in the middle changes nothing",
  (failure) => {
    const sealed = Array.from({ length: 700 }, (_, index) => seal(`value ${index}`));
    const failed = new SharedArrayBuffer(4);
    const hasFailed = () => Atomics.load(new Int32Array(failed), 0) === 1;
    const start = (handover: Handover): boolean => {
      const worker = new Worker(new URL("../../support/failing-thread.ts", import.meta.url).href, {
        ref: false,
      });
      worker.addEventListener("error", (event) => event.preventDefault());
      worker.postMessage({ ...handover, failure, failed } satisfies FailingHandover);
      return true;
    };
    const opened: Result[] = [];
    const take = (result: Result): void => {
      opened.push(result);
      // With the first result, other batches are filled: the second thread takes one.
      for (let waited = 0; !hasFailed() && waited < 5_000; waited++) Bun.sleepSync(1);
    };
    workOnValues(sealed, { privateKey: KEY }, take, { start, patience: 50 });
    expect(hasFailed()).toBe(true);
    expect(opened).toEqual(sealed.map((_, index) => `value ${index}`));
  },
);

test("a second thread that comes late finds no key and nothing to do", () => {
  let late: Handover | undefined;
  const start = (handover: Handover): boolean => {
    late = handover;
    return true;
  };
  results([seal("value")], { start, patience: PATIENCE });
  const shared = new SharedBatches(late as Handover);
  expect(shared.takeKey(KEY.publicKey)).toBeUndefined();
  shared.workUntilClosed({ privateKey: KEY, recipient: undefined });
});

test.each([
  ["when all is done", () => undefined],
  [
    "when the work is given up",
    () => {
      throw new Error("given up");
    },
  ],
])("the key and the plaintexts are overwritten %s", (_, take) => {
  let memory: SharedArrayBuffer | undefined;
  const start = (handover: Handover): boolean => {
    memory = handover.memory;
    return startThread(handover);
  };
  const sealed = Array.from({ length: 900 }, (_, index) => seal(`the value ${index}`));
  try {
    workOnValues(sealed, { privateKey: KEY }, take, { start, patience: PATIENCE });
  } catch (error) {
    expect(String(error)).toBe("Error: given up");
  }
  const bytes = Buffer.from(memory as SharedArrayBuffer);
  expect(bytes.includes("the value")).toBe(false);
  expect(bytes.includes(KEY.bytes())).toBe(false);
});

test("the program of the second thread is a file of ours", () => {
  expect(workerFile()).toEndWith("/src/store/batches/batch-worker.ts");
});
