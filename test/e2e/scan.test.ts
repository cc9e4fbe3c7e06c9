import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import { guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { readAnswer } from "../support/output-schema.ts";
import { pprotect, type Result } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { NOW, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const TOKEN = /"(.*)"/.exec(tokenLine())?.[1] ?? "";

const SARIF = new Validator(
  JSON.parse(
    readFileSync(resolve(import.meta.dir, "../fixtures/sarif/sarif-2.1.0.schema.json"), "utf8"),
  ) as Schema,
  "4",
);

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = emptyFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const FILES = {
  "src/a, b%:ü.txt": `first\n${tokenLine()}\n`,
  "src/clean.txt": "nothing here\n",
  "image.bin": new Uint8Array([1, 0, 2]),
  ".git/config": `${tokenLine()}\n`,
  "protected.yaml": sampleStore().toString(),
};

const scan = (folder: string, ...args: readonly string[]): Promise<Result> =>
  pprotect(["scan", ...args], { cwd: folder });

describe("scan", () => {
  test("searches directories without a repository, and says what it did not read", async () => {
    const folder = folderWith(FILES);
    symlinkSync("clean.txt", join(folder, "src/link.txt"));
    const { status, stdout, stderr } = await scan(folder);
    expect(status).toBe(1);
    expect(stdout).toStartWith("src/a, b%:ü.txt:2: ");
    expect(stdout.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("image.bin:1: warning: not-scanned: the file is binary");
    expect(stderr).toContain("3 files scanned, 1 not scanned, 1 finding");

    const answer = readAnswer((await scan(folder, "--json", "src", "./src/clean.txt")).stdout);
    expect(answer).toMatchObject({ ok: false, command: "scan", error: { code: "findings" } });
    expect(answer.result.scanned).toEqual({
      objects: 2,
      files: 2,
      bytes: Buffer.byteLength(FILES["src/a, b%:ü.txt"] + FILES["src/clean.txt"]),
      messages: 0,
      skipped: 0,
    });
  });

  test(".pprotectignore in the current directory and pprotect:allow apply", async () => {
    const folder = folderWith({
      "ignored.txt": tokenLine(),
      "allowed.txt": `${tokenLine()} # pprotect:allow`,
      ".pprotectignore": "ignored.txt\n",
    });
    expect(await scan(folder)).toMatchObject({ status: 0, stdout: "" });
  });

  test("a broken store is a finding, its sealed values are not", async () => {
    const broken = sampleStore()
      .toString()
      .replace(/secret-token: .*/, "secret-token: abc");
    const { stdout } = await scan(folderWith({ "protected.yaml": broken }));
    expect(stdout).toMatch(/^protected\.yaml:\d+: not-sealed: .*\n$/);
  });

  test("what only the store beside a file shows is found, in UTF-16 too", async () => {
    const raw = `P${"0123456789abcdef".repeat(4)}P`;
    const store = sampleStore().addCustodian({ name: "ci@example.com", passphrase: raw }, "raw", NOW);
    const names = [...(store.data.domains.get("dev")?.secrets.keys() ?? [])];
    const { stdout } = await scan(
      folderWith({
        "protected.yaml": store.toString(),
        "utf16.txt": Buffer.from(`\ufeffkey ${raw}\r\n`, "utf16le"),
        "dump.env": names.map((name) => `${name}=some-value\n`).join(""),
      }),
    );
    expect(stdout).toMatch(/^utf16\.txt:1: pprotect-raw-key: is the key of key custodian "ci@example\.com"/m);
    expect(stdout).toMatch(/^dump\.env:1: store-dump: /m);
  });

  test("--strict fails on what was not scanned, and when nothing was", async () => {
    const folder = folderWith({ "image.bin": FILES["image.bin"], "a.txt": "a\n" });
    expect((await scan(folder)).status).toBe(0);
    const skipped = readAnswer((await scan(folder, "--strict", "--json")).stdout);
    expect(skipped).toMatchObject({ ok: false, error: { code: "not_scanned" } });
    expect((await scan(folder, "--strict", "a.txt")).status).toBe(0);
    expect((await scan(emptyFolder(), "--strict")).stderr).toContain("no file was scanned");
  });

  test("a path that does not exist is an error, not a clean scan", async () => {
    const { status, stderr } = await scan(emptyFolder(), "nowhere");
    expect(status).toBe(1);
    expect(stderr).toContain("nowhere");
  });

  test("a link to a directory that was given is followed; what is not a file, and was given, is a warning", async () => {
    const folder = folderWith({ "src/a.txt": `${tokenLine()}\n` });
    symlinkSync("src", join(folder, "link"));
    symlinkSync("nowhere", join(folder, "broken"));
    expect(await scan(folder, "link")).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^link\/a\.txt:1: /),
    });
    expect((await scan(folder, "broken")).stderr).toContain("cannot read broken: no such file or directory");
    const { stderr } = await scan(folder, "/dev/null");
    expect(stderr).toContain("/dev/null:1: warning: not-scanned: ");
    expect(stderr).toContain("0 files scanned, 1 not scanned");
  });

  test("an absolute path in the current directory is the same as a relative one: rules and ignored files apply", async () => {
    const folder = folderWith({
      ".pprotect.yaml":
        '{"rotation": {}, "scan": {"rules": [{"id": "a", "pattern": "ACME", "path": "src/**", "message": "m"}]}}',
      ".pprotectignore": "src/b.txt\n",
      "src/a.txt": "ACME\n",
      "src/b.txt": "ACME\n",
    });
    for (const path of [folder, `${folder}/`, join(folder, "src")]) {
      expect(await scan(folder, path)).toMatchObject({
        status: 1,
        stdout: expect.stringMatching(/^src\/a\.txt:1: a: m.*\n$/),
      });
    }
  });

  test("a configuration that cannot be read is an error: its rules would not apply", async () => {
    const folder = folderWith({ ".pprotect.yaml/file": "", "a.txt": "a\n" });
    expect(await scan(folder)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("cannot read .pprotect.yaml"),
    });
  });

  test("a file whose name is not UTF-8 is scanned", async () => {
    const folder = emptyFolder();
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/bad`), Buffer.from([0xff])]), tokenLine());
    expect((await scan(folder)).stdout).toStartWith('"bad\\377":1: ');
    expect((await scan(folder, "--format", "sarif")).stdout).toContain('"uri": "bad%FF"');
  });
});

describe("--format", () => {
  const folder = folderWith(FILES);

  test("sarif: valid by its schema, with no part of the line", async () => {
    const { status, stdout } = await scan(folder, "--format", "sarif");
    expect(status).toBe(1);
    const log = JSON.parse(stdout);
    expect(SARIF.validate(log).errors).toEqual([]);
    expect(SARIF.validate({ ...log, version: "1.0" }).valid).toBe(false);
    expect(stdout).not.toContain(TOKEN);
    const [first, second] = log.runs[0].results;
    expect(first.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "src/a%2C%20b%25%3A%C3%BC.txt", uriBaseId: "%SRCROOT%" },
      region: { startLine: 2 },
    });
    expect([first.level, second.level, second.ruleId]).toEqual(["error", "warning", "not-scanned"]);
    expect(log.runs[0].tool.driver.rules[second.ruleIndex].id).toBe("not-scanned");
  });

  const suppressed = folderWith({
    "marked.txt": `${tokenLine()} # pprotect:allow\n`,
    "ignored.txt": tokenLine(),
    ".pprotectignore": "ignored.txt\nimage.bin rule=not-scanned\n",
    "image.bin": FILES["image.bin"],
  });

  test("sarif and junit: what is suppressed is there, with the reason", async () => {
    const { status, stdout, stderr } = await scan(suppressed, "--strict", "--format", "sarif");
    expect([status, stderr]).toEqual([
      0,
      "pprotect: 3 files scanned, 0 findings, 3 suppressed (1 by pprotect:allow, 2 by .pprotectignore)\n",
    ]);
    const log = JSON.parse(stdout);
    expect(SARIF.validate(log).errors).toEqual([]);
    expect(stdout).not.toContain(TOKEN);
    const reasons = log.runs[0].results.map(
      (result: { ruleId: string; suppressions: readonly unknown[] }) => [result.ruleId, result.suppressions],
    );
    expect(reasons).toEqual([
      ["github-token", [{ kind: "external", justification: ".pprotectignore" }]],
      ["not-scanned", [{ kind: "external", justification: ".pprotectignore" }]],
      ["github-token", [{ kind: "inSource", justification: "pprotect:allow" }]],
    ]);
    const report = (await scan(suppressed, "--format", "junit")).stdout;
    expect(report).toContain('tests="3" failures="0" skipped="3"');
    expect(report.match(/<skipped message="suppressed: /g)).toHaveLength(3);
    expect(JSON.parse((await scan(suppressed, "--format", "gitlab")).stdout)).toEqual([]);
    expect((await scan(suppressed, "--format", "github")).stdout).toBe("");
  });

  test("github: annotations that a path cannot break", async () => {
    const { stdout } = await scan(folder, "--format", "github");
    expect(stdout).toStartWith("::error file=src/a%2C b%25%3Aü.txt,line=2,title=pprotect%3A ");
    expect(stdout).toContain("::warning file=image.bin,line=1,");
    expect(stdout).not.toContain(TOKEN);
  });

  test("gitlab: a code quality report with distinct fingerprints", async () => {
    // Two secrets on lines that are equal but for them.
    const other = TOKEN.slice(0, -4) + [...TOKEN.slice(-4)].toReversed().join("");
    const twice = folderWith({ "a.txt": `${tokenLine()}\n${tokenLine().replace(TOKEN, other)}\n` });
    const report = JSON.parse((await scan(twice, "--format", "gitlab")).stdout);
    expect(report).toHaveLength(2);
    expect(new Set(report.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(2);
    expect(report[0]).toMatchObject({
      severity: "critical",
      location: { path: "a.txt", lines: { begin: 1 } },
    });
  });

  test("junit: a failure for each finding, a passed case for none", async () => {
    const hostile = folderWith({ 'a"<&.txt': tokenLine() });
    const { stdout } = await scan(hostile, "--format", "junit");
    expect(stdout).toContain('<testsuites tests="1" failures="1">');
    expect(stdout).toContain('<testcase classname="a&quot;&lt;&amp;.txt" name="');
    const clean = await scan(folder, "src/clean.txt", "--format", "junit");
    expect(clean.stdout).toContain('<testsuites tests="1" failures="0">');
  });

  test("json: the result alone", async () => {
    const { stdout } = await scan(folder, "src", "--format", "json");
    const { result } = readAnswer((await scan(folder, "src", "--json")).stdout);
    expect(JSON.parse(stdout)).toEqual(result);
  });
});

describe("git check", () => {
  test("--staged checks what is staged, and no commit", async () => {
    const repository = await guardedRepository();
    repository.write("old.txt", `${tokenLine()}\n`);
    await repository.force();
    repository.write("new.txt", `${tokenLine()}\n`);
    repository.write("image.bin", FILES["image.bin"]);
    await repository.must("add", "-A");
    const { status, stdout, stderr } = await repository.pprotect("git", "check", "--staged");
    expect(status).toBe(1);
    expect(stdout).toStartWith("new.txt:1: ");
    expect(stderr).toContain("what is staged was checked, 1 finding");
    const answer = readAnswer((await repository.pprotect("git", "check", "--staged", "--json")).stdout);
    expect(answer.result).toMatchObject({
      commits: 0,
      findings: [{ commit: null, path: "new.txt" }],
      scanned: { objects: 1, files: 1, bytes: tokenLine().length + 1, skipped: 1 },
    });
    expect((await repository.pprotect("git", "check", "--staged", "HEAD")).stderr).toContain("alone");
  });

  test("fingerprints in SARIF are the same after a rebase that moves the line", async () => {
    const repository = await guardedRepository();
    repository.write("a.txt", "1\n2\n3\n");
    await repository.force();
    await repository.must("checkout", "-q", "-b", "side");
    repository.write("a.txt", `1\n2\n3\n${tokenLine()}\n`);
    await repository.force();
    const results = async () => {
      const { stdout } = await repository.pprotect("git", "check", "--format", "sarif");
      const log = JSON.parse(stdout);
      expect(SARIF.validate(log).errors).toEqual([]);
      return log.runs[0].results;
    };
    const [before] = await results();
    await repository.must("checkout", "-q", "main");
    repository.write("a.txt", "0\n1\n2\n3\n");
    await repository.force();
    await repository.must("rebase", "-q", "main", "side");
    const [after] = await results();
    expect(after.properties.commit).not.toBe(before.properties.commit);
    expect(after.locations[0].physicalLocation.region.startLine).toBe(5);
    expect(after.partialFingerprints).toEqual(before.partialFingerprints);
  });

  test("what was read is counted: equal binary files each, text in UTF-16, a last line without its end; no submodule", async () => {
    const repository = await guardedRepository();
    await repository.force();
    repository.write("a.bin", Buffer.alloc(10));
    repository.write("b.bin", Buffer.alloc(10));
    repository.write("no-line-end.txt", "text");
    repository.write("utf16.txt", Buffer.from("\ufeffab\n", "utf16le"));
    await repository.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
    const { stdout } = await repository.pprotect("git", "check", "--staged", "--json");
    const expected = { objects: 2, files: 2, bytes: 5 + 8, messages: 0, skipped: 2 };
    await repository.git("add", "a.bin", "b.bin", "no-line-end.txt", "utf16.txt");
    const again = await repository.pprotect("git", "check", "--staged", "--json");
    expect(readAnswer(stdout).result.scanned).toEqual({
      objects: 0,
      files: 0,
      bytes: 0,
      messages: 0,
      skipped: 0,
    });
    expect(readAnswer(again.stdout).result.scanned).toEqual(expected);
  });

  test("files that only attributes call binary, and merges, are counted once", async () => {
    const repository = await guardedRepository();
    repository.write(".gitattributes", "hidden.txt -diff\n");
    await repository.force();
    repository.write("hidden.txt", "text\n");
    await repository.force();
    const { stdout } = await repository.pprotect("git", "check", "--json", "--strict");
    expect(readAnswer(stdout).result.scanned).toEqual({
      objects: 1,
      files: 1,
      bytes: 5,
      messages: 1,
      skipped: 0,
    });
  });
});
