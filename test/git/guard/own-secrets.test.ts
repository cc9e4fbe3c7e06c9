import { describe, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { type OwnSecret, OwnSecrets } from "../../../src/git/guard/own-secrets.ts";
import { textLines } from "../../../src/scan/scan-text.ts";
import { BASE64, random } from "../../scan/samples/sample.ts";

// The same in each run: of random keys, 1 in 1,000 looks like words or a placeholder, and is not searched.
const VALUE = random(BASE64, 32);
const LINES = [1, 2, 3].map((seed) => random(BASE64, 40, seed));

function secretsOf(values: Readonly<Record<string, string>>): OwnSecrets {
  const secrets = Object.entries(values).map(
    ([name, value]): OwnSecret => ({ store: "protected.yaml", domain: "dev", name, value }),
  );
  return new OwnSecrets(secrets);
}

/** The numbers of the lines with a finding, and the names of their secrets. */
function found(secrets: OwnSecrets, texts: readonly string[], first = 1): string[] {
  const lines = textLines(texts.map((text, index) => ({ number: first + index, text })));
  return secrets.inLines("a.txt", lines).flatMap(({ finding: { line, message }, isAllowed }) => {
    return isAllowed ? [] : [`${line}:${/value of dev\/(\S+) of/.exec(message)?.[1]}`];
  });
}

describe("values of the store's own secrets", () => {
  const all = secretsOf({ key: VALUE, lines: LINES.join("\n") });

  test("are found in each line that has them, with the line's number in the file", () => {
    const texts = ["x", `a ${VALUE} b`, "", encodeURIComponent(`?${VALUE}`), `${VALUE} and ${VALUE}`];
    expect(found(all, texts, 40)).toEqual(["41:key", "43:key", "44:key"]);
  });

  test("are one finding when they have many lines, and another where they come again", () => {
    expect(found(all, ["---", ...LINES, "---", "", ...LINES])).toEqual(["2:lines", "7:lines"]);
  });

  test("are found across the lines that base64 was broken into", () => {
    const broken =
      Buffer.from(`password=${VALUE}`)
        .toString("base64")
        .match(/.{1,20}/g) ?? [];
    expect(found(all, ["---", ...broken, "---"])).toEqual(["2:key"]);
  });

  test("are allowed by a line only if it names no other rule", () => {
    const allow = (rules: string) => `${VALUE} # pprotect:allow${rules}`;
    expect(found(all, [allow(""), allow(" own-secret"), allow(" github-token")])).toEqual(["3:key"]);
  });

  test("are named by a fingerprint of the line without the value, which stays when the value changes", () => {
    const other = random(BASE64, 32, 2);
    const fingerprint = (value: string): string | undefined =>
      secretsOf({ key: value }).inLines("a.txt", textLines([{ number: 1, text: `é key: ${value};` }]))[0]
        ?.finding.fingerprint;
    expect(fingerprint(VALUE)).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprint(other)).toBe(fingerprint(VALUE));
  });

  test("are found in binary files, each once", () => {
    const bytes = Buffer.concat([Buffer.alloc(9), Buffer.from(`${VALUE}\0${VALUE}`), Buffer.alloc(9)]);
    expect(all.inBinary("a.db", bytes).map(({ finding }) => finding.line)).toEqual([1]);
  });

  test("are limited in number for one file", () => {
    const texts = Array.from({ length: 20_000 }, () => `${VALUE}\n.`);
    expect(found(all, texts).length).toBe(100);
  });
});

describe("a value that anyone may have sealed", () => {
  const COMMON = [
    "import os",
    "password",
    "#!/usr/bin/env bash",
    '<?xml version="1.0" encoding="UTF-8"?>',
    "SPDX-License-Identifier: Apache-2.0",
    "return 0;",
    "console.log(result[0]);",
    "Uint8Array",
    "BSD-3-Clause",
    "@types/node",
    "HTTP/1.1 200",
    "application/json; charset=utf-8",
    "86400000",
    "20240101",
    "2147483648",
    "            ",
    "const value = await read(path, { encoding: 'utf8' });",
    "https://example.com/a/b?page=12",
    "-----BEGIN CERTIFICATE-----",
  ];

  test.each(COMMON)("is not searched: %s", (value) => {
    for (const sealed of [value, JSON.stringify({ password: value }), `${value}\n${value}\n`]) {
      expect(found(secretsOf({ value: sealed }), [value, `x ${value} y`])).toEqual([]);
    }
  });

  test("does not bring its other parts with it: of a pair, only the password is searched", () => {
    const hostile = secretsOf({
      pair: `node_modules/a:${VALUE}`,
      url: `https://module.exports:${VALUE}@import`,
    });
    expect(found(hostile, ["node_modules/a", "module.exports = 1;", VALUE])).toEqual(["3:url"]);
  });

  test("does not keep others from being searched, however many or long they are", () => {
    const many = Array.from({ length: 2 }, (_, index) => [
      `long${index}`,
      randomBytes(30_000).toString("hex"),
    ]);
    const some = Array.from({ length: 24 }, (_, index) => [
      `some${index}`,
      randomBytes(9_000).toString("hex"),
    ]);
    expect(found(secretsOf({ ...Object.fromEntries([...many, ...some]), key: VALUE }), [VALUE])).toEqual([
      "1:key",
    ]);
  });
});
