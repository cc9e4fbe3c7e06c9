import { expect, test } from "bun:test";
import { lineFingerprint } from "../../src/scan/fingerprint.ts";
import { scanLines } from "../../src/scan/scanner.ts";
import { tokenLine } from "../git/guard/guard-repository.ts";

test("the secret, the indentation and the rest of a value that was found in part do not count", () => {
  const of = (line: string, secret: string): string => {
    const start = line.indexOf(secret);
    return lineFingerprint(line, [{ start, end: start + secret.length }]);
  };
  const first = of('password: "abcdef"', "abcdef");
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(of('  password:   "quite-other"', "quite-other")).toBe(first);
  expect(of('password: "abcdefREST"', "abcdef")).toBe(first);
  expect(of('passphrase: "abcdef"', "abcdef")).not.toBe(first);
});

test("nothing of a value counts of which a rule found a part, in quotes with its blanks", () => {
  const of = (line: string, found: string): string => {
    const start = line.indexOf(found);
    return lineFingerprint(line, [{ start, end: start + found.length }]);
  };
  const line = of('pass = "correct horse battery" # note', "horse");
  expect(of('pass = "another one" # note', "another")).toBe(line);
  expect(of("don't: abc REST", "abc")).toBe(of("don't: xyz", "xyz"));
  expect(of("password: correct horse battery", "correct")).toBe(of("password: other", "other"));
  expect(of("use abc here", "abc")).not.toBe(of("use abc there", "abc"));
  expect(of("url: https://user:pw@host/x", "pw@host")).toBe(of("url: https://user:other@elsewhere", "other"));
});

test("what no rule has found yet, and a later release may find, does not count", () => {
  const line = (second: string) => `a: "${"found"}" b: ${second} end`;
  const hit = { start: 4, end: 9 };
  const later = { start: 14, end: 23 };
  expect(lineFingerprint(line("abcd1234x"), [hit])).toBe(lineFingerprint(line("wxyz9876a"), [hit]));
  expect(lineFingerprint(line("abcd1234x"), [hit, later])).toBe(lineFingerprint(line("abcd1234x"), [hit]));
});

test("several and overlapping hits are all cut out", () => {
  const hits = [
    { start: 2, end: 6 },
    { start: 4, end: 8 },
    { start: 9, end: 12 },
  ];
  expect(lineFingerprint("a=12345678,abc", hits)).toBe(lineFingerprint("a=87654321,xyz", hits));
});

test("a finding has one that does not depend on the secret or the line's number", async () => {
  const other = tokenLine().replace("7Kq2", "9Wd4");
  const [first] = await scanLines("a.py", [{ number: 1, text: tokenLine() }]);
  const [second] = await scanLines("a.py", [{ number: 9, text: `  ${other}` }]);
  expect(first?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(second).toMatchObject({ line: 9, fingerprint: first?.fingerprint });
});
