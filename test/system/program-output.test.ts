import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startOf } from "../../src/system/process-identity.ts";
import { outputOfProgram, type ProgramRun } from "../../src/system/program-output.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const run = (script: string, options: Partial<ProgramRun> = {}) =>
  outputOfProgram(["/bin/sh", "-c", script], {
    environment: { PATH: process.env.PATH },
    errors: "ignore",
    mayAsk: true,
    timeoutMs: 60_000,
    maxBytes: 1000,
    ...options,
  });

/** Waits for the end of a process; the test's own timeout fails it. */
async function end(pid: number): Promise<void> {
  while (startOf(pid) !== undefined) await Bun.sleep(5);
}

/** A command that starts others, which write their process ids into a file. */
function withChildren(file: string, last: string): string {
  const child = `sleep 600 & echo $! >>'${file}'; echo $$ >>'${file}'; touch '${file}.ready'; ${last}`;
  return `sh -c "${child.replaceAll("$", "\\$")}"; :`;
}

const pidsIn = (file: string): number[] => readFileSync(file, "utf8").trim().split("\n").map(Number);

describe.each([true, false])("a program that may ask: %p", (mayAsk) => {
  test("is ended with what it started when its time is over", async () => {
    const file = join(emptyFolder(), "pids");
    let timeoutMs = 250;
    // On a slow machine its children may need longer to start.
    while (!existsSync(`${file}.ready`)) {
      timeoutMs *= 2;
      expect(await run(withChildren(file, "wait"), { mayAsk, timeoutMs })).toBe("late");
    }
    const pids = pidsIn(file);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    await Promise.all(pids.map(end));
  });

  test("is ended with what it started when it prints too much", async () => {
    const file = join(emptyFolder(), "pids");
    expect(await run(withChildren(file, "yes"), { mayAsk })).toBe("more");
    await Promise.all(pidsIn(file).map(end));
  });

  test("may leave a process behind when it ends by itself", async () => {
    const output = await run("sleep 600 >/dev/null 2>&1 & echo $!", { mayAsk });
    if (typeof output === "string") throw new Error(output);
    const pid = Number(Buffer.from(output.bytes).toString());
    expect([output.status, startOf(pid) !== undefined]).toEqual([0, true]);
    process.kill(pid, "SIGKILL");
  });
});

test.concurrent.each([
  ["is read without it, soon after the program's end", "sleep 600 & echo $!", /^\d+\n$/],
  [
    "is read with what it prints soon",
    "{ sleep 0.01; echo late; exec sleep 600; } & echo $!",
    /^\d+\nlate\n$/,
  ],
  [
    "is read with what it prints slowly",
    "{ sleep 0.8; sh -c 'echo $PPID'; sleep 0.3; echo two; sleep 0.3; echo three; exec sleep 600; } &",
    /^\d+\ntwo\nthree\n$/,
  ],
  [
    "is read when it prints on and on",
    "( trap '' PIPE; sh -c 'echo $PPID'; while sleep 0.05; do echo more 2>/dev/null; done ) &",
    /^\d+\nmore\n/,
  ],
])("output that a process of the program keeps open %s", async (_, script, expected) => {
  const output = await run(script);
  if (typeof output === "string") throw new Error(output);
  const text = Buffer.from(output.bytes).toString();
  expect([output.status, text]).toEqual([0, expect.stringMatching(expected)]);
  process.kill(Number.parseInt(text, 10), "SIGKILL");
});

test("output of exactly the limit is whole, and one more is too much", async () => {
  const output = await run("printf '%01000d' 0");
  expect(output).toMatchObject({ status: 0, bytes: { length: 1000 } });
  expect(await run("printf '%01001d' 0")).toBe("more");
});
