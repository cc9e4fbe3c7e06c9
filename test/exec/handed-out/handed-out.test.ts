import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  chosen,
  EMPTY_LEDGER,
  type HandedOutFile,
  isStillCurrent,
  type RunningProgram,
  type ShownValue,
  withFile,
  withProgram,
  withShown,
} from "../../../src/exec/handed-out/ledger.ts";
import { changeLedger, readLedger } from "../../../src/exec/handed-out/ledger-file.ts";
import { endPrograms, removeFiles } from "../../../src/exec/handed-out/take-back.ts";
import { writePrivateFile } from "../../../src/exec/plaintext-files/write.ts";
import { identityOf } from "../../../src/system/process-identity.ts";
import { isAlive } from "../../support/leases.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";
import { until } from "../../support/until.ts";

afterAll(removeFolders);

const common = { store: "/s", client: undefined, lease: undefined, since: 1_000, until: undefined };

const programOf = (pid: number, more: Partial<RunningProgram> = {}): RunningProgram => {
  const identity = identityOf(pid);
  if (!identity) throw new Error("no such process");
  return { ...common, ...identity, name: "sleep", domains: ["dev"], ...more };
};
const file = (path: string, more: Partial<HandedOutFile> = {}): HandedOutFile => ({
  ...common,
  path,
  domains: ["dev"],
  ...more,
});
const shown = (more: Partial<ShownValue> = {}): ShownValue => ({
  ...common,
  id: "v1",
  domain: "dev",
  name: "key",
  box: "hash",
  ...more,
});

describe("the ledger of what was handed out", () => {
  test("is there again when it is read, for its user alone, without what has ended", async () => {
    const directory = join(emptyFolder(), "pprotect");
    expect(readLedger(directory)).toEqual(EMPTY_LEDGER);
    const child = Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });
    const path = join(emptyFolder(), ".env");
    writeFileSync(path, "");
    await changeLedger(directory, (ledger) =>
      withShown(withFile(withProgram(ledger, programOf(child.pid)), file(path)), [shown()]),
    );
    expect(lstatSync(join(directory, "handed-out.json")).mode & 0o777).toBe(0o600);
    const { programs, files, shown: values } = readLedger(directory);
    expect([programs.map(({ pid }) => pid), files.map((each) => each.path), values.length]).toEqual([
      [child.pid],
      [path],
      1,
    ]);
    child.kill();
    await child.exited;
    await Bun.file(path).delete();
    const after = readLedger(directory);
    expect([after.programs, after.files, after.shown.length]).toEqual([[], [], 1]);
  });

  test("knows a program from a later one that has its number", async () => {
    const directory = join(emptyFolder(), "pprotect");
    const other = programOf(process.pid, { started: "another" });
    await changeLedger(directory, (ledger) => withProgram(ledger, other));
    expect(readLedger(directory).programs).toEqual([]);
  });

  test("that a crash of the system left empty has nothing in it", async () => {
    const directory = join(emptyFolder(), "pprotect");
    await changeLedger(directory, (ledger) => withProgram(ledger, programOf(process.pid)));
    writeFileSync(join(directory, "handed-out.json"), "");
    expect(readLedger(directory)).toEqual(EMPTY_LEDGER);
  });

  test("that is damaged is an error, and is not written over", async () => {
    const directory = join(emptyFolder(), "pprotect");
    await changeLedger(directory, (ledger) => withShown(ledger, [shown()]));
    for (const text of ["{", "{}"]) {
      writeFileSync(join(directory, "handed-out.json"), text);
      expect(() => readLedger(directory)).toThrow("is damaged");
      await expect(changeLedger(directory, (ledger) => ledger)).rejects.toMatchObject({ code: "file_error" });
      expect(readFileSync(join(directory, "handed-out.json"), "utf8")).toBe(text);
    }
  });

  test("has a file once, and not more shown values than there is room for", () => {
    const twice = withFile(withFile(EMPTY_LEDGER, file("/a")), file("/a", { client: "x" }));
    expect(twice.files.map(({ client }) => client)).toEqual(["x"]);
    const many = withShown(
      EMPTY_LEDGER,
      Array.from({ length: 6_000 }, (_, index) => shown({ id: `v${index}` })),
    );
    expect([many.shown.length, many.shown.at(-1)?.id]).toEqual([5_000, "v5999"]);
  });

  test("is chosen from by lease, client, domain and time", () => {
    const ledger = {
      programs: [programOf(process.pid, { lease: "l1", client: "a" })],
      files: [file("/f", { client: "b", until: 5_000 })],
      shown: [shown({ id: "v1", client: "a" }), shown({ id: "v2", domain: "prod", until: 9_000 })],
    };
    const counts = (choice: Parameters<typeof chosen>[1]) => {
      const { programs, files, shown: values } = chosen(ledger, choice);
      return [programs.length, files.length, values.map(({ id }) => id)];
    };
    expect(counts({ by: "all" })).toEqual([1, 1, ["v1", "v2"]]);
    expect(counts({ by: "id", id: "l1" })).toEqual([1, 0, []]);
    expect(counts({ by: "id", id: "v2" })).toEqual([0, 0, ["v2"]]);
    expect(counts({ by: "client", client: "a" })).toEqual([1, 0, ["v1"]]);
    expect(counts({ by: "domain", domain: "dev" })).toEqual([1, 1, ["v1"]]);
    expect(counts({ by: "expired", now: 5_000 })).toEqual([0, 1, []]);
  });
});

describe("a value that was shown", () => {
  test.each([
    ["the sealed value is the same", { box: "hash", changed: undefined }, true],
    ["the secret is gone", { box: undefined, changed: 2_000 }, false],
    ["it was changed since", { box: "other", changed: 2_000 }, false],
    ["it was sealed again by a rotation of the key", { box: "other", changed: 500 }, true],
    ["nothing says that it was changed", { box: "other", changed: undefined }, true],
  ])("is still current or not: %s", (_, now, expected) => {
    expect(isStillCurrent(shown(), now)).toBe(expected);
  });
});

describe("programs that run with secrets", () => {
  const pids: number[] = [];
  afterEach(() => {
    for (const pid of pids.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });

  async function startTree(script: string): Promise<{ program: RunningProgram; all: number[] }> {
    const folder = emptyFolder();
    const child = Bun.spawn(["sh", "-c", script], { cwd: folder, stdio: ["ignore", "ignore", "ignore"] });
    const read = (): number[] => readFileSync(join(folder, "pids"), "utf8").trim().split("\n").map(Number);
    await until(() => existsSync(join(folder, "pids")) && read().length === 2);
    const all = [child.pid, ...read()];
    pids.push(...all);
    return { program: programOf(child.pid), all };
  }

  test("end with all below them", async () => {
    const { program, all } = await startTree(
      "sleep 600 & echo $! >>pids; setsid sleep 600 & echo $! >>pids; wait",
    );
    expect(await endPrograms([program], 60_000)).toEqual([{ program, outcome: "ended" }]);
    expect(all.filter(isAlive)).toEqual([]);
  });

  test("are killed when they ignore SIGTERM, and so is a child that does when the program has ended", async () => {
    const child = "sh -c \"trap '' TERM; echo \\$\\$ >>pids; while :; do sleep 0.05; done\"";
    const { program, all } = await startTree(`${child} & ${child} & wait`);
    expect(await endPrograms([program], 300)).toEqual([{ program, outcome: "killed" }]);
    expect(all.filter(isAlive)).toEqual([]);
  });

  test("are not ended in the place of another that has the number now", async () => {
    const child = Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });
    pids.push(child.pid);
    const stale = programOf(child.pid, { started: "another" });
    expect(await endPrograms([stale], 100)).toEqual([{ program: stale, outcome: "ended" }]);
    expect(isAlive(child.pid)).toBe(true);
  });
});

describe("files that were written", () => {
  const before = process.env.XDG_STATE_HOME;
  beforeEach(() => {
    process.env.XDG_STATE_HOME = emptyFolder();
  });
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
  });

  test("are removed while they are as they were written", async () => {
    const folder = emptyFolder();
    const [one, changed, foreign] = ["one", "changed", "foreign"].map((name) => join(folder, name));
    const onWait = (): void => undefined;
    const options = { store: join(folder, "protected.yaml"), force: false, onWait };
    for (const path of [one, changed]) await writePrivateFile(path as string, "A=secret\n", options);
    await Bun.sleep(1_100);
    writeFileSync(changed as string, "B=mine\n");
    writeFileSync(foreign as string, "");
    const files = [one, changed, foreign].map((path) => file(path as string));
    expect(await removeFiles(files, onWait)).toEqual({
      removed: [one as string],
      kept: [changed as string, foreign as string],
    });
    expect([one, changed, foreign].map((path) => existsSync(path as string))).toEqual([false, true, true]);
  });
});
