import { expect, test } from "bun:test";
import fc from "fast-check";
import { pathText } from "../../src/common/path-bytes.ts";
import { portablePath, quotedPath, unquotedPath } from "../../src/common/quoted-path.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder } from "../support/sandbox.ts";

test.each([
  ["plain name", "plain name"],
  ["ü", "ü"],
  ['ü "q" \\ \t\n', '"ü \\"q\\" \\\\ \\t\\n"'],
  ["a\x1b[31m", '"a\\033[31m"'],
  ["\u202ea", '"\\342\\200\\256a"'],
  [pathText(Buffer.from([0x61, 0xff, 0x22])), '"a\\377\\""'],
  ["a\\377", '"a\\\\377"'],
])("%j is printed as %s", (path, printed) => {
  expect(quotedPath(path)).toBe(printed);
  expect(unquotedPath(printed)).toBe(path);
});

test("what git quotes is unquoted", () => {
  expect(unquotedPath('"\\303\\274 \\"q\\" \\\\ \\t\\n"')).toBe('ü "q" \\ \t\n');
});

const paths = fc
  .array(
    fc.oneof(
      fc.constantFrom(0x22, 0x5c, 0x0a, 0x61, 0xff, 0xc3, 0xbc, 0x1b),
      fc.integer({ min: 1, max: 255 }),
    ),
  )
  .map((bytes) => pathText(Uint8Array.from(bytes)));

test("every path is given back, and what is printed controls no terminal", () => {
  fc.assert(
    fc.property(paths, (path) => {
      const printed = quotedPath(path);
      expect(printed).not.toMatch(/[\p{Cc}\p{Cf}\ufdd0]/u);
      if (printed.startsWith('"')) expect(unquotedPath(printed)).toBe(path);
      else expect(printed).toBe(path);
      expect(unquotedPath(portablePath(path))).toBe(path);
    }),
  );
});

test("bytes are quoted as git does it", async () => {
  const folder = emptyFolder();
  const git = (...args: readonly string[]) => runProgram(["git", ...args], { cwd: folder });
  await git("init", "-q");
  const names = [...Array(31).keys()].map((byte) => byte + 1).concat(0x22, 0x5c, 0x7f, 0xff, 0x80);
  const id = "a".repeat(40);
  for (const byte of names) {
    const info = Buffer.concat([Buffer.from(`100644 ${id} 0\tx`), Uint8Array.of(byte), Buffer.from("\0")]);
    const done = Bun.spawn(["git", "update-index", "-z", "--index-info"], { cwd: folder, stdin: info });
    expect(await done.exited).toBe(0);
  }
  const printed = (await git("-c", "core.quotePath=true", "ls-files")).stdout.trimEnd().split("\n");
  const ours = names.map((byte) => quotedPath(pathText(Uint8Array.of(0x78, byte))));
  expect(printed.toSorted()).toEqual(ours.toSorted());
});
