import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Claims } from "../../../../src/git/guard/ahead/claims.ts";
import { isMuch, ScanAhead, startThread } from "../../../../src/git/guard/ahead/scan-ahead.ts";
import { PlaintextScan } from "../../../../src/git/guard/plaintext-scan.ts";
import { scanSources } from "../../../../src/git/guard/scan-sources.ts";
import { STAGED } from "../../../../src/git/guard/staged-changes.ts";
import { readStagedFiles } from "../../../../src/git/guard/staged-reader.ts";
import { StorePatches } from "../../../../src/git/guard/store-patches.ts";
import { noFindings, type Subject } from "../../../../src/git/guard/subject.ts";
import { Tally } from "../../../../src/git/guard/tally.ts";
import type { FileVersion } from "../../../../src/git/guard/work-tree-file.ts";
import { openObjectReader } from "../../../../src/git/process/cat-file.ts";
import { wholeFile } from "../../../../src/scan/scan-text.ts";
import { scanText } from "../../../../src/scan/scanner.ts";
import { emptyFolder, removeFolders } from "../../../support/sandbox.ts";
import { guardedRepository, tokenLine } from "../guard-repository.ts";

afterAll(removeFolders);

function blobId(content: string): string {
  return createHash("sha1")
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest("hex");
}

/** Files with a token in every other one, the first of them allowed. */
const CONTENTS = Array.from({ length: 12 }, (_, index) =>
  index % 2 === 0 ? "nothing\n" : `\n${tokenLine()}${index === 1 ? " // pprotect:allow" : ""}\n`,
);

function directoryOf(contents: readonly string[]): { directory: string; files: FileVersion[] } {
  const directory = emptyFolder();
  const files = contents.map((content, index) => {
    const path = `f${index}.ts`;
    writeFileSync(join(directory, path), content);
    return { path, newId: blobId(content) };
  });
  return { directory, files };
}

describe("a second thread", () => {
  test("finds what this one finds in the files that it has taken, and in no other", async () => {
    const { directory, files } = directoryOf(CONTENTS);
    writeFileSync(join(directory, "f5.ts"), "other content\n");
    writeFileSync(join(directory, "f7.ts"), "bin\0ary\n");
    const answered = Promise.withResolvers<void>();
    const ahead = new ScanAhead(directory, files, {
      start: (handover, answer) =>
        startThread(handover, (scans) => {
          answer(scans);
          answered.resolve();
        }),
      patience: 30_000,
    });
    await answered.promise;
    for (const [index, file] of files.entries()) {
      const found = await ahead.scanOf(file);
      const isMissing = index === 5 || index === 7;
      const suppressed: unknown[] = [];
      const findings = scanText(file.path, wholeFile(Buffer.from(CONTENTS[index] ?? "")), {
        onSuppressed: (finding) => suppressed.push(finding),
      });
      expect(found).toEqual(isMissing ? undefined : ({ findings, suppressed } as never));
    }
    expect(await ahead.scanOf({ path: "f1.ts", newId: "0".repeat(40) })).toBeUndefined();
    ahead.close();
  });

  test("that is stopped, that never answers or that cannot be started leaves all files to this one", async () => {
    const { directory, files } = directoryOf(CONTENTS);
    const takeAll = ({ memory }: { memory: SharedArrayBuffer }) => {
      for (const index of files.keys()) new Claims(memory).take(index);
      return () => undefined;
    };
    const stopped = new ScanAhead(directory, files);
    stopped.close();
    const silent = new ScanAhead(directory, files, { start: takeAll, patience: 1 });
    const missing = new ScanAhead(directory, files, { start: () => undefined, patience: 1 });
    const failing = new ScanAhead(directory, files, {
      start: (handover, answer) => {
        takeAll(handover);
        return startThread({ ...handover, memory: undefined as never }, answer);
      },
      patience: 30_000,
    });
    for (const ahead of [silent, missing, failing]) {
      for (const file of files) expect(await ahead.scanOf(file)).toBeUndefined();
      ahead.close();
    }
    for (const file of files) {
      const scan = await stopped.scanOf(file);
      if (scan)
        expect(scan.findings).toHaveLength(
          scanText(file.path, wholeFile(Buffer.from(CONTENTS[files.indexOf(file)] ?? ""))).length,
        );
    }
  });

  test("is for much text only", () => {
    const { directory, files } = directoryOf(["small\n", "x".repeat(5 * 1024 * 1024)]);
    expect(isMuch(directory, files, 4)).toBe(true);
    expect(isMuch(directory, files, 2)).toBe(false);
    expect(isMuch(directory, files.slice(0, 1), 4)).toBe(false);
    expect(isMuch(directory, [{ path: "missing", newId: "" }], 4)).toBe(false);
  });
});

test("what is staged has the same findings with a second thread and without one", async () => {
  const repository = await guardedRepository();
  for (const [index, content] of Array.from({ length: 8 }, () => CONTENTS)
    .flat()
    .entries())
    repository.write(`src/f${index}.ts`, content);
  await repository.must("add", "-A");
  // What is committed counts, not what the work tree has meanwhile.
  repository.write("src/f63.ts", "changed\n");
  const results = [];
  for (const withThread of [true, false]) {
    const objects = openObjectReader(repository.folder);
    const reader = readStagedFiles(repository.folder, undefined, [], async () => withThread);
    const diff = await reader.next();
    if (!diff) throw new Error("nothing is staged");
    expect(diff.ahead !== undefined).toBe(withThread);
    const found = noFindings();
    const tally = new Tally();
    const files = new Map(diff.files.map((file) => [file.path, file]));
    const subject = { prefix: ":", diffs: 1, parents: [], tally } as unknown as Subject;
    const rest = {
      attribute: new Map(),
      stores: new Set<string>(),
      patches: new StorePatches(),
      elsewhere: [],
    };
    await new PlaintextScan(
      scanSources(repository.folder, objects, STAGED, {}),
      { subject, diff, files, ...rest },
      found,
    ).run();
    await Promise.all([reader.close(), objects.close()]);
    results.push({ ...found, scanned: tally.scanned });
  }
  expect(results[0]?.errors).toHaveLength(40);
  expect(results[0]?.suppressed).toHaveLength(8);
  expect(results[0]).toEqual(results[1] as never);
});
