import { afterAll, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import {
  type AccessLog,
  appendToAccessLog,
  isAuditRequired,
  recordAccess,
} from "../../../src/lease/access-log/append.ts";
import { type AccessContent, parseEntry } from "../../../src/lease/access-log/entry.ts";
import { accessLogPath, readAccessLog } from "../../../src/lease/access-log/files.ts";
import { entriesIn, lastEntries, type matches } from "../../../src/lease/access-log/filter.ts";
import { followAccessLog } from "../../../src/lease/access-log/follow.ts";
import { type Verification, verifyChain } from "../../../src/lease/access-log/verify.ts";
import { MOUNTING, withMounts } from "../../support/namespace.ts";
import { needs } from "../../support/programs.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const content = (action: string, more: Partial<AccessContent> = {}): AccessContent => ({
  action,
  result: "ok",
  domains: undefined,
  custodian: undefined,
  client: undefined,
  lease: undefined,
  pid: undefined,
  program: undefined,
  uses: undefined,
  reason: undefined,
  ...more,
});

async function logOf(actions: readonly string[]): Promise<string> {
  const directory = join(emptyFolder(), "pprotect");
  for (const action of actions) await appendToAccessLog(directory, content(action));
  return directory;
}

function verify(directory: string, size?: Parameters<typeof readAccessLog>[1]): Verification {
  return verifyChain(readAccessLog(directory, size).map(([path, text]) => [basename(path), text] as const));
}

const linesOf = (directory: string): string[] =>
  readFileSync(accessLogPath(directory), "utf8").trimEnd().split("\n");

const rewrite = (directory: string, lines: readonly string[]): void =>
  writeFileSync(accessLogPath(directory), `${lines.join("\n")}\n`);

describe("the access log", () => {
  test("has a line for each entry, numbered and chained, readable by its user alone", async () => {
    const umask = process.umask(0);
    const directory = await logOf(["get", "exec", "lock"]);
    process.umask(umask);
    const entries = entriesIn(readFileSync(accessLogPath(directory), "utf8"));
    expect(entries.map(({ seq, action }) => [seq, action])).toEqual([
      [1, "get"],
      [2, "exec"],
      [3, "lock"],
    ]);
    expect(entries[0]?.prev).toBe("");
    expect(entries[1]?.prev).toMatch(/^[0-9a-f]{64}$/);
    expect(verify(directory)).toEqual({ entries: 3, first: 1, breaks: [], cut: [] });
    expect(lstatSync(accessLogPath(directory)).mode & 0o777).toBe(0o600);
    expect(lstatSync(directory).mode & 0o777).toBe(0o700);
  });

  test("takes every entry of many processes at once", async () => {
    const directory = join(emptyFolder(), "pprotect");
    const script = `
      import { appendToAccessLog } from ${JSON.stringify(join(import.meta.dir, "../../../src/lease/access-log/append.ts"))};
      for (let index = 0; index < 20; index++) await appendToAccessLog(process.argv[1], { action: "get", result: "ok" });`;
    const writers = Array.from({ length: 6 }, () => Bun.spawn([process.execPath, "-e", script, directory]));
    expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual(Array(6).fill(0));
    expect(verify(directory)).toEqual({ entries: 120, first: 1, breaks: [], cut: [] });
  });

  test("has text of any kind in one line, and gives it back", async () => {
    const client = 'a\n"b"\u2028\u202e\u0000 ä\u{1F600}';
    const directory = join(emptyFolder(), "pprotect");
    await appendToAccessLog(directory, content("get", { client }));
    expect(linesOf(directory)).toHaveLength(1);
    expect(entriesIn(readFileSync(accessLogPath(directory), "utf8"))[0]?.client).toBe(client);
  });

  test("has entries longer than what is read at once", async () => {
    const directory = join(emptyFolder(), "pprotect");
    const secrets = Array.from({ length: 3_000 }, (_, index) => `secret-${index}`);
    for (let turn = 0; turn < 3; turn++) {
      await appendToAccessLog(
        directory,
        content("get", { domains: [{ store: "/s", domain: "dev", secrets }] }),
      );
    }
    expect(verify(directory)).toMatchObject({ entries: 3, breaks: [] });
  });

  test("is continued after an entry of any length, also where the first is cut off", async () => {
    for (const length of [0, 1, 3_600, 3_900, 4_100, 8_000, 20_000]) {
      const directory = join(emptyFolder(), "pprotect");
      await appendToAccessLog(directory, content("x".repeat(length)));
      await appendToAccessLog(directory, content("y"));
      await appendToAccessLog(directory, content("z".repeat(length)));
      expect(verify(directory)).toMatchObject({ entries: 3, breaks: [] });
      const cut = join(emptyFolder(), "pprotect");
      mkdirSync(cut);
      writeFileSync(accessLogPath(cut), "{".padEnd(length, "x"));
      await appendToAccessLog(cut, content("y"));
      expect(parseEntry(linesOf(cut).at(-1) ?? "")).toMatchObject({ seq: 1, prev: "" });
    }
  });

  test("has no entry whose secrets are not names", () => {
    const line = (secrets: unknown) =>
      JSON.stringify({
        seq: 1,
        prev: "",
        time: "",
        action: "get",
        result: "ok",
        domains: [{ domain: "d", secrets }],
      });
    for (const secrets of [undefined, [], ["a", "b"]]) expect(parseEntry(line(secrets))).toBeDefined();
    for (const secrets of ["a", {}, ["a", 1], [null]]) expect(parseEntry(line(secrets))).toBeUndefined();
  });

  test("is rotated by its size and bounded; the chain goes on from file to file", async () => {
    const directory = join(emptyFolder(), "pprotect");
    const size = { bytes: 1_000, oldFiles: 2 };
    for (let index = 0; index < 30; index++) {
      await appendToAccessLog(directory, content(`action-${index}`), { size });
    }
    const files = readAccessLog(directory, size).map(([path]) => path);
    expect(files.map((each) => basename(each))).toEqual(["access.jsonl.2", "access.jsonl.1", "access.jsonl"]);
    for (const file of files) expect(lstatSync(file).size).toBeLessThanOrEqual(1_000);
    expect(existsSync(join(directory, "access.jsonl.3"))).toBe(false);
    const { entries, first, breaks } = verify(directory, size);
    expect([breaks, (first ?? 0) + entries]).toEqual([[], 31]);
  });

  test("is not written through a link, nor into what is not a file", async () => {
    const directory = join(emptyFolder(), "pprotect");
    mkdirSync(directory);
    const target = join(emptyFolder(), "target");
    writeFileSync(target, "");
    symlinkSync(target, accessLogPath(directory));
    await expect(appendToAccessLog(directory, content("get"))).rejects.toMatchObject({ code: "file_error" });
    expect(readFileSync(target, "utf8")).toBe("");
    const other = join(emptyFolder(), "pprotect");
    mkdirSync(join(other, "access.jsonl"), { recursive: true });
    await expect(appendToAccessLog(other, content("get"))).rejects.toMatchObject({ code: "file_error" });
    const pipe = join(emptyFolder(), "pprotect");
    mkdirSync(pipe);
    Bun.spawnSync(["mkfifo", accessLogPath(pipe)]);
    await expect(appendToAccessLog(pipe, content("get"))).rejects.toMatchObject({ code: "file_error" });
  });
});

describe("what was done to the log shows", () => {
  const actions = ["a", "b", "c", "d", "e"];

  test.each([
    ["an entry was changed", (lines: string[]) => lines.map((line) => line.replace('"c"', '"x"')), 4],
    ["an entry was removed", (lines: string[]) => lines.toSpliced(2, 1), 3],
    [
      "the first was removed, and the second says that it is the first",
      (lines: string[]) => lines.slice(1).map((line) => line.replace('"seq":2', '"seq":1')),
      1,
    ],
    ["two have changed places", (lines: string[]) => [0, 2, 1, 3, 4].map((at) => lines[at] ?? ""), 2],
    ["one was put in", (lines: string[]) => lines.toSpliced(2, 0, lines[1] ?? ""), 3],
    [
      "an entry was made unreadable",
      (lines: string[]) => lines.map((line) => (line.includes('"c"') ? "{" : line)),
      3,
    ],
  ])("%s", async (_, change, at) => {
    const directory = await logOf(actions);
    rewrite(directory, change(linesOf(directory)));
    const { breaks } = verify(directory);
    expect(breaks.length).toBeGreaterThan(0);
    expect([breaks[0]?.file, breaks[0]?.line]).toEqual(["access.jsonl", at]);
  });

  test("wherever one byte of an entry was changed, but in the last", async () => {
    const directory = await logOf(actions);
    const text = readFileSync(accessLogPath(directory), "utf8");
    const last = text.trimEnd().lastIndexOf("\n");
    fc.assert(
      fc.property(fc.nat({ max: last - 1 }), fc.integer({ min: 0x20, max: 0x7e }), (at, byte) => {
        fc.pre(text.charCodeAt(at) !== byte);
        const changed = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
        expect(verifyChain([["access.jsonl", changed]]).breaks).not.toEqual([]);
      }),
    );
  });

  test("and not, when the last entries are removed or all of them are written again", async () => {
    const directory = await logOf(actions);
    rewrite(directory, linesOf(directory).slice(0, 3));
    expect(verify(directory)).toEqual({ entries: 3, first: 1, breaks: [], cut: [] });
  });

  test("when an old file of it is missing", async () => {
    const directory = join(emptyFolder(), "pprotect");
    const size = { bytes: 300, oldFiles: 9 };
    for (let index = 0; index < 12; index++) await appendToAccessLog(directory, content("get"), { size });
    expect(verify(directory, size).breaks).toEqual([]);
    renameSync(join(directory, "access.jsonl.2"), join(directory, "moved"));
    expect(verify(directory, size).breaks).toHaveLength(1);
  });
});

describe("a line that a crash has cut off", () => {
  test("is reported, and the next entry goes on from the one before it", async () => {
    const directory = await logOf(["a", "b"]);
    appendFileSync(accessLogPath(directory), '{"seq":3,"prev":"ab');
    expect(verify(directory)).toMatchObject({
      entries: 2,
      breaks: [],
      cut: [{ file: "access.jsonl", line: 3 }],
    });
    await appendToAccessLog(directory, content("c"));
    const { entries, breaks, cut } = verify(directory);
    expect([entries, breaks, cut]).toEqual([3, [], [{ file: "access.jsonl", line: 3 }]]);
    expect(parseEntry(linesOf(directory).at(-1) ?? "")?.seq).toBe(3);
  });

  test("of which only the line's end is missing is an entry like any other", async () => {
    const directory = await logOf(["a", "b"]);
    writeFileSync(accessLogPath(directory), readFileSync(accessLogPath(directory), "utf8").trimEnd());
    await appendToAccessLog(directory, content("c"));
    expect(verify(directory)).toEqual({ entries: 3, first: 1, breaks: [], cut: [] });
  });

  test("at the end of a file that was rotated is passed over too", async () => {
    const directory = await logOf(["a", "b"]);
    appendFileSync(accessLogPath(directory), '{"seq":3');
    await appendToAccessLog(directory, content("c"), { size: { bytes: 10, oldFiles: 2 } });
    const { entries, breaks, cut } = verify(directory);
    expect([entries, breaks, cut.length]).toEqual([3, [], 1]);
  });

  test("as the first of all leaves a log that begins after it", async () => {
    const directory = join(emptyFolder(), "pprotect");
    mkdirSync(directory);
    writeFileSync(accessLogPath(directory), '{"se');
    await appendToAccessLog(directory, content("a"));
    expect(verify(directory)).toMatchObject({ entries: 1, first: 1, breaks: [], cut: [{ line: 1 }] });
  });
});

describe("a log that cannot be written", () => {
  async function unwritable(required: boolean): Promise<{ log: AccessLog; warnings: string[] }> {
    const file = join(emptyFolder(), "file");
    writeFileSync(file, "");
    const warnings: string[] = [];
    return {
      log: { stateDirectory: join(file, "pprotect"), required, warn: (line) => warnings.push(line) },
      warnings,
    };
  }

  test("is a warning", async () => {
    const { log, warnings } = await unwritable(false);
    await recordAccess(log, content("get"));
    expect(warnings).toEqual([
      expect.stringMatching(/^the access log was not written: cannot make the directory /),
    ]);
  });

  test("is an error where the log is required", async () => {
    const { log, warnings } = await unwritable(true);
    const recorded = recordAccess(log, content("get"));
    await expect(recorded).rejects.toMatchObject({
      code: "file_error",
      fix: "PPROTECT_AUDIT=required forbids going on without it",
    });
    expect(warnings).toEqual([]);
  });

  test.if(needs(...MOUNTING))(
    "since its disk is full has no half an entry, and goes on when there is room again",
    async () => {
      const folder = emptyFolder();
      const module = join(import.meta.dir, "../../../src/lease/access-log/append.ts");
      writeFileSync(
        join(folder, "write.ts"),
        `import { recordAccess } from ${JSON.stringify(module)};
      const log = { stateDirectory: "disk/pprotect", required: process.argv[2] === "required", warn: (line) => console.log("warning:", line) };
      const secrets = Array.from({ length: Number(process.argv[3]) }, (_, index) => "secret-" + index);
      try { await recordAccess(log, { action: "get", result: "ok", domains: [{ domain: "dev", secrets }] }); console.log("done"); }
      catch (error) { console.log(error.code, error.message); }`,
      );
      const script = `
      mkdir disk; mount -t tmpfs -o size=64k tmpfs disk
      "$0" write.ts no 10; "$0" write.ts no 6000; "$0" write.ts required 6000; "$0" write.ts required 10
      cp disk/pprotect/access.jsonl .`;
      const { stdout, stderr } = await withMounts(script, [process.execPath], { cwd: folder });
      const lines = stdout.trimEnd().split("\n");
      expect([stderr, lines.length]).toEqual(["", 5]);
      const [first, warned, second, refused, third] = lines;
      expect([first, second, third]).toEqual(["done", "done", "done"]);
      expect(warned).toMatch(/^warning: the access log was not written: cannot write .*no space left/);
      expect(refused).toMatch(/^file_error the access log cannot be written: .*no space left/);
      expect(verifyChain([["access.jsonl", readFileSync(join(folder, "access.jsonl"), "utf8")]])).toEqual({
        entries: 2,
        first: 1,
        breaks: [],
        cut: [],
      });
    },
  );

  test("is required by one word, and a misspelt one is an error", () => {
    expect(isAuditRequired({ PPROTECT_AUDIT: "required" })).toBe(true);
    expect([isAuditRequired({}), isAuditRequired({ PPROTECT_AUDIT: "" })]).toEqual([false, false]);
    expect(() => isAuditRequired({ PPROTECT_AUDIT: "Required" })).toThrow('must be "required" or empty');
  });
});

describe("entries are shown", () => {
  const entry = (seq: number, more: Partial<AccessContent> = {}) => ({
    seq,
    prev: "",
    time: `2026-02-03T04:05:0${seq}.000Z`,
    ...content("get", more),
  });
  const secrets = ["db/password", "key"];
  const entries = [
    entry(1, { client: "agent" }),
    entry(2, { client: "agent", domains: [{ store: "/s", domain: "dev", secrets }] }),
    entry(3, { domains: [{ store: "/s", domain: "prod", secrets: ["key"] }] }),
    entry(4),
  ];
  const seqs = (filter: Parameters<typeof matches>[1], count = 50) =>
    lastEntries(entries, filter, count).map(({ seq }) => seq);

  test("the last of those that a client, a secret or a time limit them to", () => {
    expect(seqs({})).toEqual([1, 2, 3, 4]);
    expect(seqs({}, 2)).toEqual([3, 4]);
    expect(seqs({}, 0)).toEqual([]);
    expect(seqs({ client: "agent" })).toEqual([1, 2]);
    expect(seqs({ secret: "key" })).toEqual([2, 3]);
    expect(seqs({ secret: "prod/key" })).toEqual([3]);
    expect(seqs({ secret: "dev/db/password" })).toEqual([2]);
    expect(seqs({ since: new Date("2026-02-03T04:05:03Z") })).toEqual([3, 4]);
    expect(seqs({ client: "agent", secret: "key" }, 1)).toEqual([2]);
  });
});

test("a log whose directory is a file cannot be read", () => {
  const file = join(emptyFolder(), "state");
  writeFileSync(file, "");
  expect(() => readAccessLog(join(file, "pprotect"))).toThrow("not a directory");
});

/** Writes entries as fast as it can, and begins a new file for each. */
const ROTATE = `
  const { appendToAccessLog } = await import(process.argv[1]);
  for (let index = 0; ; index++) {
    await appendToAccessLog(process.argv[2], { action: "get", result: "ok" }, { size: { bytes: 1, oldFiles: 4 } });
    if (index === 5) console.log("started");
  }
`;

test("a log is read without a gap while another process begins new files", async () => {
  const directory = await logOf([]);
  const module = new URL("../../../src/lease/access-log/append.ts", import.meta.url).pathname;
  const writer = Bun.spawn([process.execPath, "-e", ROTATE, module, directory], { stdout: "pipe" });
  try {
    await writer.stdout.getReader().read();
    for (let attempt = 0; attempt < 300; attempt++) {
      const { breaks, entries } = verify(directory);
      expect(breaks).toEqual([]);
      expect(entries).toBeGreaterThanOrEqual(4);
    }
  } finally {
    writer.kill("SIGKILL");
    await writer.exited;
  }
});

describe("following the log", () => {
  test("after an entry that is known begins with those that were written since", async () => {
    const directory = await logOf(["known", "new"]);
    const stop = new AbortController();
    const following = followAccessLog(directory, stop.signal, { after: 1, pollMs: 20 });
    expect((await following.next()).value).toMatchObject({ action: "new" });
    await appendToAccessLog(directory, content("newer"));
    expect((await following.next()).value).toMatchObject({ action: "newer" });
    stop.abort();
  });

  test("gives what is written from then on, through a rotation, until it is stopped", async () => {
    const directory = await logOf(["before"]);
    const stop = new AbortController();
    const seen: string[] = [];
    const following = (async () => {
      for await (const { action } of followAccessLog(directory, stop.signal, { pollMs: 20 })) {
        seen.push(action);
        if (action === "last") stop.abort();
      }
    })();
    await Bun.sleep(100);
    await appendToAccessLog(directory, content("one"));
    await appendToAccessLog(directory, content("two"), { size: { bytes: 1, oldFiles: 2 } });
    await Bun.sleep(100);
    await appendToAccessLog(directory, content("last"));
    await following;
    expect(seen).toEqual(["one", "two", "last"]);
  });

  test("waits for a log that is not there yet, and stops at once", async () => {
    const directory = join(emptyFolder(), "pprotect");
    const stop = new AbortController();
    const next = followAccessLog(directory, stop.signal, { pollMs: 20 }).next();
    await Bun.sleep(50);
    await appendToAccessLog(directory, content("first"));
    expect((await next).value).toMatchObject({ action: "first" });
    const waiting = followAccessLog(directory, stop.signal, { pollMs: 60_000 }).next();
    await Bun.sleep(20);
    stop.abort();
    expect(await waiting).toMatchObject({ done: true });
  });
});

test("a log that others could read is closed to them by the next entry", async () => {
  const directory = await logOf(["a"]);
  chmodSync(accessLogPath(directory), 0o644);
  await appendToAccessLog(directory, content("b"));
  expect(lstatSync(accessLogPath(directory)).mode & 0o777).toBe(0o600);
});
