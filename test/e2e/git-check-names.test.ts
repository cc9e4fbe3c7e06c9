import { afterAll, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { guardedRepository, tokenLine } from "../git/guard/guard-repository.ts";
import { binary } from "../support/binary.ts";
import { readAnswer } from "../support/output-schema.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

const bytesOf = (folder: string, name: readonly number[]) =>
  Buffer.concat([Buffer.from(`${folder}/`), Uint8Array.from(name)]);

test("names that are not UTF-8, and that control a terminal, are distinct and quoted as git does it, everywhere", async () => {
  const repository = await guardedRepository();
  const { folder } = repository;
  const write = (name: readonly number[], content: string) => writeFileSync(bytesOf(folder, name), content);
  write([0x61, 0xff], `${tokenLine()}\n`);
  write([0x61, 0xfe], `\n${tokenLine()}\n`);
  repository.write("b\x1b[31m", `${tokenLine()}\n`);
  repository.write('"c"', `${tokenLine()}\n`);
  repository.write(".gitattributes", "h* -diff\n");
  write([0x68, 0xff], `\n\n${tokenLine()}\n`);
  const refused = await repository.commit();
  const places = ['"\\"c\\"":1:', '"a\\376":2:', '"a\\377":1:', '"b\\033[31m":1:', '"h\\377":3:'];
  const placesIn = (text: string) =>
    text
      .split("\n")
      .map((line) => /^(?:[0-9a-f]{7} )?(".*":\d+:)/.exec(line)?.[1])
      .filter((each) => each !== undefined)
      .toSorted();
  expect(placesIn(refused.stderr)).toEqual(places);
  await repository.force();
  expect(placesIn((await repository.pprotect("git", "check")).stdout)).toEqual(places);
  expect(placesIn((await repository.pprotect("scan")).stdout)).toEqual(places);

  const names = ['"\\"c\\""', '"a\\376"', '"a\\377"', "b\x1b[31m", '"h\\377"'];
  for (const command of [["git", "check"], ["scan"]]) {
    const { result } = readAnswer((await repository.pprotect(...command, "--json")).stdout);
    expect(result.findings.map(({ path }: { path: string }) => path).toSorted()).toEqual(names.toSorted());
  }
  const sarif = JSON.parse((await repository.pprotect("git", "check", "--format", "sarif")).stdout);
  const prints = sarif.runs[0].results.map(
    (each: { partialFingerprints: object }) => Object.values(each.partialFingerprints)[0],
  );
  expect(new Set(prints).size).toBe(5);
  expect(JSON.stringify(sarif)).toContain('"uri":"a%FF"');

  const whole = await repository.pprotect("git", "check", "--all", "--write-baseline");
  expect(whole.status).toBe(0);
  const text = readFileSync(join(folder, ".pprotect-baseline.json"), "utf8");
  expect(text).toMatch(/^[ -~\n]*$/);
  expect(text).toContain(String.raw`{"path":"\"a\\377\"",`);
  await repository.force();
  for (const command of [["git", "check", "--all"], ["scan"]]) {
    const { result } = readAnswer((await repository.pprotect(...command, "--json")).stdout);
    expect([result.findings, result.warnings, result.suppressed.length]).toEqual([[], [], 5]);
  }
  writeFileSync(join(folder, ".pprotectignore"), Uint8Array.from([0x61, 0xff, 0x0a]));
  const { result } = readAnswer((await repository.pprotect("scan", "--no-baseline", "--json")).stdout);
  expect(result.suppressed.map(({ path }: { path: string }) => path)).toEqual(['"a\\377"']);
});

test("scan names a file by its shortest path, but keeps .. after a link to a directory", async () => {
  const folder = emptyFolder();
  const other = emptyFolder();
  for (const each of ["sub", "real/deep"]) mkdirSync(join(folder, each), { recursive: true });
  mkdirSync(join(other, "inner"));
  writeFileSync(join(folder, "a"), tokenLine());
  writeFileSync(join(other, "a"), `\n\n${tokenLine()}`);
  symlinkSync(join(other, "inner"), join(folder, "link"));
  const named = async (...paths: readonly string[]) => {
    const { stdout } = await runProgram([binary(), "scan", ...paths], { cwd: folder });
    return stdout.split("\n").flatMap((line) => /^(.*?:\d+): /.exec(line)?.[1] ?? []);
  };
  expect(await named("sub/../a", "./a", "real/deep/../../a", `${folder}/sub/../a`)).toEqual(["a:1"]);
  expect(await named("sub/..")).toEqual(["a:1"]);
  expect(await named("link/../a")).toEqual(["link/../a:3"]);
  const missing = await runProgram([binary(), "scan", "sub/../none"], { cwd: folder });
  expect(missing.stderr).toContain("cannot read sub/../none: no such file or directory");
});
