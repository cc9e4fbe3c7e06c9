import { describe, expect, test } from "bun:test";
import { PprotectError } from "../../../src/common/errors.ts";
import { InvalidStoreError, type ProblemCode } from "../../../src/store/format/problem.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { fixtureBytes, invalidNames } from "../../support/fixtures.ts";

/** The code and line of the first problem of each invalid fixture, and what its message must name. */
const PLACES: Readonly<Record<string, readonly [code: ProblemCode, line: number, ...names: string[]]>> = {
  "alias-bomb": ["yaml_feature", 1, '"a"', "anchors"],
  "bad-base64": ["secret_not_sealed", 9, '"prod"', '"two"', "base64"],
  "bad-secret-name": ["invalid_name", 9, '"prod"', '"2 two"'],
  "base64-plaintext-secret": ["secret_not_sealed", 9, '"prod"', '"two"', "plaintext"],
  binary: ["binary", 1, "NUL"],
  "conflict-markers": ["unresolved_merge", 9, "unresolved merge", "`pprotect git resolve`"],
  "custom-tag": ["yaml_feature", 9, '"prod"', '"two"', "tags"],
  "duplicate-domain": ["duplicate_key", 28, '"dev"', "duplicate key"],
  "duplicate-secret": ["duplicate_key", 10, '"prod"', "secret-two", "duplicate key"],
  empty: ["empty", 1, "empty"],
  "kdf-4-billion-passes": ["invalid_key_material", 16, "alice@example.com", "4294967295 passes"],
  "kdf-4-gib": ["invalid_key_material", 16, "alice@example.com", "4294967295 bytes"],
  "list-for-domain": ["wrong_type", 2, "devs", "list"],
  "merge-key": ["yaml_feature", 2, '"dev"', "merge key"],
  "missing-audit-log": ["missing_key", 1, "audit-log"],
  "missing-key-custodians": ["missing_key", 1, "key-custodians"],
  "missing-meta": ["missing_key", 1, '"dev"', "meta"],
  "not-utf8": ["not_utf8", 6, "UTF-8"],
  "not-yaml": ["not_yaml", 2, "not YAML"],
  "number-for-value": ["secret_not_sealed", 9, '"prod"', '"two"', "number"],
  "owner-without-custodian": ["unknown_owner", 6, '"dev"', "mallory@example.com"],
  "plaintext-secret": ["secret_not_sealed", 9, '"prod"', '"two"', "plaintext"],
  "proto-domain": ["missing_key", 1, '"__proto__"', "meta"],
  "short-owner-key": ["owner_key_not_sealed", 6, '"dev"', "alice@example.com"],
  "short-public-key": ["invalid_public_key", 4, '"dev"', "public key"],
  "short-pwdkm": ["invalid_key_material", 16, "alice@example.com"],
  "short-sealed-box": ["secret_not_sealed", 9, '"prod"', '"two"', "at least 48"],
  "top-level-list": ["wrong_type", 1, "list"],
  "two-documents": ["multiple_documents", 28, "more than one"],
  "unknown-key-in-domain": ["unknown_key", 10, '"prod"', '"password"'],
  "unknown-key-in-meta": ["unknown_key", 5, '"dev"', '"note"'],
  "unknown-pwdkm-version": ["invalid_key_material", 16, "alice@example.com", "version byte 9"],
  "unknown-value-version": ["secret_not_sealed", 9, '"prod"', '"two"', "version byte 7"],
  "zero-public-key": ["invalid_public_key", 4, '"dev"', "small order"],
};

/** How long a refusal may take, in ms: it takes one or two. */
const AT_ONCE = 1000;

function refusal(bytes: Uint8Array): PprotectError {
  try {
    KeyFile.parse(bytes, "store.yaml");
  } catch (error) {
    if (error instanceof PprotectError) return error;
    throw error;
  }
  throw new Error("was not refused");
}

describe("an invalid store is refused with its place", () => {
  test.each(invalidNames())(
    "%s",
    (name) => {
      const error = refusal(fixtureBytes("invalid", `${name}.yaml`));
      const { message, fix } = error;
      const [code, line, ...names] = PLACES[name] ?? [];
      expect(error instanceof InvalidStoreError ? error.problems[0]?.code : error.code).toBe(code);
      expect(message).toStartWith(`store.yaml:${line}: `);
      for (const each of names) expect(message).toContain(each);
      expect(message + (fix ?? "")).not.toContain("\n");
    },
    AT_ONCE,
  );

  test("and every fixture has its place in this table", () => {
    expect(Object.keys(PLACES).toSorted()).toEqual(invalidNames().toSorted());
  });
});

test("no message about a refused store shows a value from it", () => {
  for (const name of invalidNames()) {
    const text = Buffer.from(fixtureBytes("invalid", `${name}.yaml`)).toString("latin1");
    const error = refusal(fixtureBytes("invalid", `${name}.yaml`));
    const messages = error instanceof InvalidStoreError ? error.problems.map(({ message }) => message) : [];
    for (const [, value = ""] of text.matchAll(/^ +secret-[^:]*: *(\S{6,})$/gm)) {
      expect([error.message, ...messages].join("\n")).not.toContain(value);
    }
  }
});

test("a domain named __proto__ leaves Object.prototype alone", () => {
  refusal(fixtureBytes("invalid", "proto-domain.yaml"));
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).meta).toBeUndefined();
});

test("a syntax error does not repeat what the parser quotes", () => {
  const plain = ["correct", "horse"].join("-");
  const error = refusal(Buffer.from(`a: [${plain}\nb: }${plain}: "${plain}\\q\n- ${plain}: *${plain}`));
  expect(error).toBeInstanceOf(InvalidStoreError);
  expect(JSON.stringify((error as InvalidStoreError).problems)).not.toContain(plain);
});

test("all problems of a store are reported, in the order of lines", () => {
  const valid = Buffer.from(fixtureBytes("valid.yaml")).toString("utf8");
  const broken = valid
    .replace(/^ {2}secret-one: .*$/m, "  secret-one: plain")
    .replace(/^ {4}pwdkm: .*$/m, "    pwdkm: AAAA");
  const error = refusal(Buffer.from(broken));
  expect(error).toBeInstanceOf(InvalidStoreError);
  const { problems } = error as InvalidStoreError;
  expect(problems.map(({ line }) => line)).toEqual([2, 16]);
  expect(problems.map(({ code }) => code)).toEqual(["secret_not_sealed", "invalid_key_material"]);
  expect(error.message).toContain("(and 1 more)");
});

describe("features of YAML other than mappings, lists and text are refused", () => {
  const valid = Buffer.from(fixtureBytes("valid.yaml")).toString("utf8");

  test.each([
    ["an anchor", valid.replace("dev:\n", "dev: &x\n")],
    ["an alias", `${valid}`.replace("audit-log:", "other: *x\naudit-log:")],
    ["a tag on a domain", valid.replace("dev:\n", "dev: !!map\n")],
    ["a directive for a tag", `%TAG ! tag:evil,2026:\n---\n${valid.replace("dev:\n", "dev: !x\n")}`],
    ["a list as a key", valid.replace("dev:\n", "? [dev]\n:\n")],
    ["a null for the secrets", valid.replace(/^dev:\n(?: .*\n)+/m, "dev:\n")],
    ["a number for a domain's name", valid.replace("dev:\n", "12:\n")],
    ["a number in the audit log", `${valid}- 12\n`],
    ["a mapping in the audit log", `${valid}- a: b\n`],
    ["a domain named metal", valid.replace("dev:\n", "metal:\n")],
  ])("%s", (_, text) => {
    expect(refusal(Buffer.from(text)).message).toMatch(/^store\.yaml:\d+: /);
  });
});

test("a text with deep nesting or a million keys is refused quickly", () => {
  for (const text of ["[".repeat(200_000), "{a: ".repeat(100_000), "- ".repeat(100_000)]) {
    expect(refusal(Buffer.from(text)).code).toBe("invalid_store");
  }
});

describe("a carriage return alone, which ends a line for other programs", () => {
  const valid = Buffer.from(fixtureBytes("valid.yaml")).toString("utf8");

  test("cannot hide an owner in a comment", () => {
    const owner = /^ {6}\S+: (\S+)$/m.exec(valid)?.[1];
    const error = refusal(
      Buffer.from(valid.replace("    owners:\n", `    owners: # note\r      mallory: ${owner}\n`)),
    );
    expect((error as InvalidStoreError).problems.map(({ code, line }) => [code, line])).toEqual([
      ["yaml_feature", 5],
    ]);
  });

  test("is refused wherever it is", () => {
    for (let at = 0; at <= valid.length; at += 7) {
      const text = `${valid.slice(0, at)}\r ${valid.slice(at)}`;
      expect(refusal(Buffer.from(text)).message).toContain("a carriage return without a line feed");
    }
  });
});
