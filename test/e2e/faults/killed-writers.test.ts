import { afterAll, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import fc from "fast-check";
import { KeyFile } from "../../../src/store/key-file.ts";
import { findDomain } from "../../../src/store/lookup.ts";
import { binary } from "../../support/binary.ts";
import { COUNTS, TIMES } from "../../support/counts.ts";
import { cleanEnvironment, pprotect } from "../../support/run.ts";
import {
  FRESH_PASSPHRASE,
  hiddenFiles,
  removeFolders,
  type Sandbox,
  sandbox,
} from "../../support/sandbox.ts";
import { BOB, secretsOf } from "../../support/stores.ts";

afterAll(removeFolders);

/** What a kill waits for: a time after the start, the first sight of the temporary file, or of the new store. */
const MOMENTS = ["any", "writing", "replaced"] as const;

/** Where in the work of a writer its end came, by what it left. */
type Landing = "before" | "while writing" | "after";

/** The least number of kills for each landing: without them the test would show nothing. */
const LEAST = (COUNTS.kills * TIMES) / 12;

/** ms; an unkilled writer takes less, so some are killed when all is done. */
const LIFETIME = 60;

function temporaryFiles({ folder }: Sandbox): string[] {
  return readdirSync(folder).filter((entry) => entry.endsWith(".pprotect-tmp"));
}

const NOTHING = new Int32Array(new SharedArrayBuffer(4));

/**
 * Waits without the event loop, whose timers would be late by as long as a write takes, and leaves the processor to the
 * writer meanwhile.
 *
 * @param limit ms
 */
function waitUntil(met: () => boolean, limit: number): void {
  const end = performance.now() + limit;
  while (!met() && performance.now() < end) sleep(0.1);
}

/** @param time ms, and parts of it */
function sleep(time: number): void {
  Atomics.wait(NOTHING, 0, 0, time);
}

/** A store's text without a secret of dev, and without the log's last entry. */
function withoutLast({ data }: KeyFile, secret: string): string {
  const dev = findDomain(data, "dev");
  const secrets = new Map([...dev.secrets].filter(([name]) => name !== secret));
  const domains = new Map([...data.domains, ["dev", { ...dev, secrets }]]);
  return KeyFile.from({ ...data, domains, auditLog: data.auditLog.slice(0, -1) }).toString();
}

const plan = fc.record({
  moment: fc.constantFrom(...MOMENTS),
  delay: fc.nat(1000).map((part) => part / 1000),
});

test(
  "a writer that is killed at any moment leaves the whole old store or the whole new one",
  async () => {
    const box = sandbox();
    const expected: Record<string, string> = secretsOf(box.read(), "dev", BOB);
    const landings: Record<Landing, number> = { before: 0, "while writing": 0, after: 0 };
    const seed = Date.now() % 2 ** 31;
    const kills = fc.sample(fc.noBias(plan), { numRuns: COUNTS.kills * TIMES, seed });
    for (const [index, { moment, delay }] of kills.entries()) {
      const before = readFileSync(box.store, "utf8");
      const { ino } = statSync(box.store);
      const left = new Set(temporaryFiles(box));
      const name = `k${index}`;
      const child = Bun.spawn([binary(), "add-secret", "dev", name, "--value-file", box.fresh], {
        cwd: box.folder,
        env: cleanEnvironment(box.folder),
        stdio: ["ignore", "ignore", "ignore"],
      });
      if (moment === "writing") waitUntil(() => temporaryFiles(box).some((each) => !left.has(each)), 2000);
      if (moment === "replaced") waitUntil(() => statSync(box.store).ino !== ino, 2000);
      sleep(delay * (moment === "any" ? LIFETIME : 1));
      child.kill("SIGKILL");
      await child.exited;

      const after = readFileSync(box.store, "utf8");
      const fresh = temporaryFiles(box).filter((each) => !left.has(each));
      if (after !== before) {
        // Whole, and nothing in it but what this writer had to do: without it the store is the one before.
        const store = KeyFile.parse(Buffer.from(after), "after");
        expect([index, seed, store.toString() === after]).toEqual([index, seed, true]);
        expect([index, seed, withoutLast(store, name) === before]).toEqual([index, seed, true]);
        expected[name] = `${FRESH_PASSPHRASE}\n`;
        landings.after++;
      } else landings[fresh.length > 0 ? "while writing" : "before"]++;
      // A later writer has cleared away what an earlier one left, unless it was killed before it came to that.
      expect(temporaryFiles(box).length).toBeLessThanOrEqual(1);
    }
    console.log(`killed writers: ${JSON.stringify(landings)}`);
    for (const count of Object.values(landings)) expect(count).toBeGreaterThanOrEqual(LEAST);

    expect((await pprotect(["set-secret", "dev", "last", "--generate"], { cwd: box.folder })).status).toBe(0);
    expect(hiddenFiles(box.folder)).toEqual([]);
    // Each value was sealed once, and not touched since: so it was whole from the start.
    const { last, ...secrets } = secretsOf(box.read(), "dev", BOB);
    expect(secrets).toEqual(expected);
    expect(last).toHaveLength(32);
  },
  300_000 * TIMES,
);
