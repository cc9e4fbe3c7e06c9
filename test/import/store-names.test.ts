import { expect, test } from "bun:test";
import fc from "fast-check";
import type { PprotectError } from "../../src/common/errors.ts";
import type { InvalidImportError } from "../../src/import/invalid-import.ts";
import { type ImportNaming, type NameStyle, storeNames } from "../../src/import/store-names.ts";

const KEEP: ImportNaming = { style: "keep", prefix: "", stripPrefix: "", only: [], except: [] };

function names(originals: readonly string[], naming: Partial<ImportNaming> = {}): string[] {
  const entries = originals.map((name, index) => ({ name, value: "hunter2", line: index + 1 }));
  return storeNames(entries, { ...KEEP, ...naming }, ".env").map(({ name }) => name);
}

function refusalOf(originals: readonly string[], naming: Partial<ImportNaming> = {}): InvalidImportError {
  try {
    names(originals, naming);
  } catch (error) {
    return error as InvalidImportError;
  }
  throw new Error("they were taken");
}

test.each<[NameStyle, string, string]>([
  ["keep", "DB_PASSWORD", "DB_PASSWORD"],
  ["keep", "dbPassword", "dbPassword"],
  ["kebab", "DB_PASSWORD", "db-password"],
  ["kebab", "dbPassword2Go", "db-password2-go"],
  ["kebab", "tls.crt", "tls-crt"],
  ["kebab", ".dockerconfigjson", "dockerconfigjson"],
  ["kebab", "__x__", "x"],
  ["upper", "db-password", "DB_PASSWORD"],
  ["upper", "dbPassword", "DBPASSWORD"],
  ["upper", "tls.crt", "TLS_CRT"],
])("%s: %s becomes %s", (style, original, name) => {
  expect(names([original], { style })).toEqual([name]);
});

test("prefixes", () => {
  expect(names(["APP_A", "B"], { stripPrefix: "APP_", prefix: "x-", style: "kebab" })).toEqual([
    "x-a",
    "x-b",
  ]);
});

test("only and except, by the file's own names", () => {
  const all = ["APP_A", "APP_B", "OTHER"];
  expect(names(all, { only: ["APP_*"], style: "kebab" })).toEqual(["app-a", "app-b"]);
  expect(names(all, { only: ["APP_*"], except: ["*_B"] })).toEqual(["APP_A"]);
  expect(refusalOf(all, { only: ["APPP_*"] }).code).toBe("no_such_secret");
  expect(refusalOf(all, { except: ["*"] }).code).toBe("usage");
  expect(refusalOf([]).message).toBe(".env: has no names and values");
});

test("names that a store cannot hold are named with their lines", () => {
  const error = refusalOf(["A", "_B", "tls.crt", "9"]);
  expect(error.problems.map(({ line }) => line)).toEqual([2, 3, 4]);
  expect(error.message).toStartWith('.env:2: invalid secret name "_B"');
  expect(error.message).toContain('"_B"');
  expect(error.fix).toContain("--names kebab");
  expect(refusalOf(["9.x"], { style: "kebab" }).message).toStartWith(
    '.env:1: "9.x" becomes an invalid secret name "9-x"',
  );
  expect(refusalOf(["9"], { style: "kebab" }).fix).toContain("--prefix");
  expect(names(["tls.crt"], { except: [], only: [], style: "upper" })).toEqual(["TLS_CRT"]);
});

test("two names that become one are refused, both named", () => {
  const error = refusalOf(["DB_PASSWORD", "db-password"], { style: "kebab" });
  expect(error.problems).toEqual([
    { line: 2, message: '"DB_PASSWORD" and "db-password" both become "db-password"' },
  ]);
});

test("whatever a name is, the store's is valid, or it is refused by name", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ unit: "binary" }), { minLength: 1 }),
      fc.constantFrom("keep", "kebab", "upper"),
      (originals, style) => {
        try {
          const found = names(originals, { style: style as NameStyle });
          for (const name of found) expect(name).toMatch(/^[A-Za-z][-_A-Za-z0-9]*$/);
          expect(new Set(found).size).toBe(originals.length);
        } catch (error) {
          expect((error as PprotectError).code).toBe("invalid_import");
          expect((error as PprotectError).message).not.toContain("hunter2");
        }
      },
    ),
  );
});
