import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { PprotectError } from "../../../src/common/errors.ts";
import { readDotenv } from "../../../src/import/readers/dotenv.ts";
import { writeDotenv } from "../../../src/import/writers/dotenv.ts";
import { anyValue } from "../../support/import-values.ts";
import { entriesOf, held, isHeld, isRightFor } from "./dotenv-cases.ts";
import { DOCKER_COMPOSE, DOTENV_CONSUMERS } from "./dotenv-consumers.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-dotenv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const consumer of [...DOTENV_CONSUMERS, ...DOCKER_COMPOSE]) isRightFor(consumer, folder);

test("our own reader reads what was written, and finds nothing ambiguous", () => {
  fc.assert(
    fc.property(held, (values) => {
      const entries = entriesOf(values);
      const read = readDotenv(writeDotenv(entries), "f");
      expect(read.entries.map(({ name, value }) => ({ name, value }))).toEqual(entries);
      expect(read.notes.filter(({ kind }) => kind !== "empty")).toEqual([]);
    }),
  );
});

test.each([
  ["key123", "A=key123\n"],
  ["", "A=\n"],
  ["postgres://u:p@host:5432/db", "A=postgres://u:p@host:5432/db\n"],
  ["two words", "A='two words'\n"],
  ["it's", 'A="it\'s"\n'],
  ["one\ntwo\n", "A='one\ntwo\n'\n"],
  ["P@ss#1!", "A='P@ss#1!'\n"],
])("%j", (value, text) => {
  expect(writeDotenv([{ name: "A", value }])).toBe(text);
});

test("what some reader takes for something else is refused, by name and without the value", () => {
  for (const value of [
    "a$b",
    "\\$",
    "$" + "{x}",
    "$(id)",
    'it\'s "x"',
    "x\\",
    "a\rb",
    "encrypted:abc",
    "a\0b",
    "it's\\n",
  ]) {
    let refusal: PprotectError | undefined;
    try {
      writeDotenv([{ name: "TOKEN", value }]);
    } catch (error) {
      refusal = error as PprotectError;
    }
    expect(refusal?.code).toBe("unrepresentable");
    expect(refusal?.message).toContain('secret "TOKEN"');
    expect(refusal?.message).not.toContain(value);
    expect(refusal?.fix).toContain("--format");
  }
});

test("most values that people have can be held", () => {
  const passwords = fc.stringMatching(/^[A-Za-z0-9!@#%^&*()_+=-]{8,40}$/);
  fc.assert(fc.property(passwords, (value) => expect(isHeld(value)).toBe(true)));
  expect(fc.sample(anyValue, 500).filter(isHeld).length).toBeGreaterThan(50);
});
