import { describe, expect, test } from "bun:test";
import { redactionOf } from "../../src/redact/redaction.ts";
import { partsOf } from "../../src/redact/secret-parts.ts";

/** What is left of a text. */
function redacted(secret: string, text: string): string {
  const redactor = redactionOf([["s", secret]]).redactor();
  return Buffer.concat([redactor.push(Buffer.from(text)).slice(), redactor.end()]).toString();
}

describe("the parts of a secret", () => {
  test.each([
    ["postgres://app:p%40ss%2Fword@db.example.com:5432/app", ["p%40ss%2Fword", "p@ss/word"]],
    ["redis://:hunter22@cache", ["hunter22"]],
    ["https://user:a:b@c@host/path", ["a:b@c"]],
    ["https://example.com/path", []],
    ["alice:hunter22", ["alice", "hunter22"]],
    ["localhost:5432", []],
    ["admin:hunter22", ["hunter22"]],
    ["ab:hunter22", ["hunter22"]],
    ["hunter22", []],
    ['{"user":"alice","password":"hunter22","port":5432,"tls":true}', ["alice", "hunter22"]],
    ['{"a":{"b":["value-1",{"c":"value-2"}]},"type":"service_account"}', ["value-1", "value-2"]],
    ['{"uri":"https://accounts.example.com/auth"}', []],
    ['{"url":"mysql://u:hunter22@h/d"}', ["mysql://u:hunter22@h/d", "hunter22"]],
    ["{not json", []],
    [
      "-----BEGIN KEY-----\\nAAAABBBBCCCC\\n-----END KEY-----\\n",
      ["-----BEGIN KEY-----\nAAAABBBBCCCC\n-----END KEY-----"],
    ],
  ])("%j: %j", (secret, parts) => {
    expect([...partsOf(secret)].toSorted()).toEqual([...parts].toSorted());
  });
});

describe("a redactor replaces", () => {
  test("the password of a URL, raw, decoded and in base64", () => {
    const url = "postgres://app:p%40ss-word@db/app";
    expect(redacted(url, `a ${url} b`)).toBe("a [REDACTED:s] b");
    expect(redacted(url, 'failed for password "p@ss-word" (p%40ss-word)')).toBe(
      'failed for password "[REDACTED:s]" ([REDACTED:s])',
    );
    expect(redacted(url, Buffer.from("p@ss-word").toString("base64"))).toBe("[REDACTED:s]");
  });

  test("the lines of a PEM that is stored in one line, also within JSON", () => {
    const pem =
      "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0\\nAAAABBBBCCCCDDDDEEEE\\n-----END PRIVATE KEY-----\\n";
    for (const secret of [pem, JSON.stringify({ private_key: pem.replaceAll("\\n", "\n") })]) {
      expect(redacted(secret, "key:\n  MIIEvQIBADANBgkqhkiG9w0\n  AAAABBBBCCCCDDDDEEEE\n")).toBe(
        "key:\n  [REDACTED:s]\n  [REDACTED:s]\n",
      );
    }
  });

  test("each half of user:password", () => {
    expect(redacted("alice:hunter22", "user alice password hunter22")).toBe(
      "user [REDACTED:s] password [REDACTED:s]",
    );
  });
});

test("secrets that are common words or short numbers are named", () => {
  const redaction = redactionOf([
    ["a", "test"],
    ["b", "1000"],
    ["c", "hunter22"],
    ["d", "PRODUCTION"],
    ["e", "12"],
  ]);
  expect([redaction.common, redaction.tooShort]).toEqual([["a", "b", "d"], ["e"]]);
});
