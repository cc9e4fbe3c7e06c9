import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { parseDocument } from "yaml";
import type { PprotectError } from "../../src/common/errors.ts";
import {
  type Config,
  configPath,
  EMPTY_CONFIG,
  MAX_CONFIG_BYTES,
  readConfig,
  readConfigFile,
} from "../../src/config/config.ts";
import { CONFIG_FILE } from "../../src/config/config-file.ts";
import { VALUE_TYPES } from "../../src/config/values/types.ts";
import { parseYamlWithLines } from "../../src/config/yaml-with-lines.ts";
import { utf8 } from "../support/bytes.ts";
import { emptyFolder, removeFolders, sandbox } from "../support/sandbox.ts";

afterAll(removeFolders);

const read = (text: string): Config => readConfig(utf8(text), CONFIG_FILE);

function refusal(action: () => unknown): PprotectError {
  try {
    action();
  } catch (error) {
    return error as PprotectError;
  }
  throw new Error("not refused");
}

const SCHEMA = JSON.parse(
  readFileSync(resolve(import.meta.dir, "../../docs/schemas/config.schema.json"), "utf8"),
) as Schema;
const validator = new Validator(SCHEMA, "2020-12", false);

const VALID = [
  "",
  "# nothing but a comment\n",
  "version: 1\n",
  "values: {}\n",
  'values:\n  db-password: {min_length: 16}\n  port:\n    type: integer\n    pattern: "[0-9]{2,5}"\n',
  ...VALUE_TYPES.map((type) => `values: {a: {type: ${type}}}\n`),
  "scan: {}\n",
  "scan:\n  rules: []\n",
  "scan:\n  rules:\n    - {id: acme-token, pattern: 'ACME-[A-Z]{8}', path: 'src/**/*.ts', message: Keep it away}\n",
];

function ruleWith(member: string): string {
  const others = member.startsWith("message") ? "" : ", message: c";
  return `scan:\n  rules: [{id: a, pattern: b${others}, ${member}}]\n`;
}

const INVALID: readonly [what: string, text: string, line: number, message: string][] = [
  ["a list", "- a\n", 1, "the configuration must be an object, not a list"],
  ["a later version", "# later\nversion: 2\n", 2, "this pprotect knows version 1 of the configuration"],
  ["a version that is text", 'version: "1"\n', 1, '"version" must be a number, not a string'],
  ["an unknown section", "version: 1\nvalue: {}\n", 2, 'the configuration has no key "value"'],
  ["a section twice", "values: {}\nvalues: {}\n", 2, 'duplicate key "values"'],
  ["a section that is a list", "values:\n  - a\n", 2, '"values" must be an object, not a list'],
  ["an unknown key", "values:\n  a:\n    typ: url\n", 3, 'the rule of "a" has no key "typ"'],
  ["an empty rule", "values:\n  a: {}\n", 2, 'the rule of "a" is empty'],
  ["no rule", "values:\n  a:\n", 2, 'the rule of "a" must be an object, not null'],
  ["a name twice", "values:\n  a: {type: url}\n  a: {type: hex}\n", 3, 'duplicate key "a"'],
  ["a name that no secret has", 'values:\n  "a b": {type: url}\n', 2, "invalid secret name"],
  ["an unknown type", "values:\n  a: {type: string}\n", 2, 'there is no such "type" of values'],
  ["a type of every object", "values:\n  a: {type: constructor}\n", 2, 'there is no such "type" of values'],
  ["a length of nothing", "values:\n  a: {min_length: 0}\n", 2, '"min_length" must be an integer from 1'],
  ["a length that is text", 'values:\n  a: {min_length: "8"}\n', 2, '"min_length" must be a number'],
  ["a long pattern", `values:\n  a: {pattern: "${"a".repeat(501)}"}\n`, 2, '"pattern" is longer than 500'],
  ["an unknown key of scan", "scan: {rule: []}\n", 1, '"scan" has no key "rule"'],
  ["scan rules by name", "scan:\n  rules: {a: b}\n", 2, '"rules" must be a list, not an object'],
  ["a scan rule without a message", "scan: {rules: [{id: a, pattern: b}]}\n", 1, 'a rule has no "message"'],
  ["a scan rule with flags", ruleWith("flags: i"), 2, 'a rule has no key "flags"'],
  [
    "an id with capitals",
    "scan: {rules: [{id: Acme, pattern: b, message: c}]}\n",
    1,
    '"id" must be lower-case',
  ],
  ["an empty pattern", "scan: {rules: [{id: a, pattern: '', message: c}]}\n", 1, '"pattern" is empty'],
  ["an absolute path", ruleWith("path: /etc"), 2, '"path" must be relative'],
  ["a path with a set", ruleWith("path: 'a[b]'"), 2, '"path" must be relative'],
  ["a long path", ruleWith(`path: ${"a".repeat(201)}`), 2, '"path" is longer than 200'],
  ["a message for the terminal", ruleWith('message: "\\e[31mred"'), 2, '"message" must be one line'],
  ["a message of two lines", ruleWith('message: "a\\nb"'), 2, '"message" must be one line'],
  ["a message for a runner", ruleWith("message: '::error::x'"), 2, '"message" must be one line'],
  ["another message for a runner", ruleWith("message: 'a ##[error]'"), 2, '"message" must be one line'],
  ["a second document", "values: {}\n---\nvalues: {}\n", 2, "has a second document"],
  ["an alias", "values:\n  a: &x {type: url}\n  b: *x\n", 2, "has an anchor"],
  ["a tag", "values:\n  a: !!map {type: url}\n", 2, "has a tag"],
  ["a merge key", "values:\n  <<: {type: url}\n", 2, "has a merge key (<<)"],
  ["a hidden section", "# note\rscan: {}\nvalues: {}\n", 1, "has a carriage return without a line feed"],
  ["bad YAML", "values: {\n", 2, "invalid YAML"],
  ["too deep a nest", `values: ${"[".repeat(100_000)}`, 1, "nested too deeply"],
];

describe("a configuration", () => {
  test("has rules for values, by name, with their lines", () => {
    const { values } = read(VALID[4] ?? "");
    expect(
      [...values].map(([name, { type, pattern, minLength, line }]) => [name, type, pattern, minLength, line]),
    ).toEqual([
      ["db-password", undefined, undefined, 16, 2],
      ["port", "integer", "[0-9]{2,5}", undefined, 3],
    ]);
  });

  test.each(VALID)("is read, as the schema allows: %j", (text) => {
    read(text);
    expect(validator.validate(parseDocument(text).toJS() ?? {}).errors).toEqual([]);
  });

  test.each(INVALID)("is refused, with its line: %s", (_, text, line, message) => {
    const { code, message: said } = refusal(() => read(text));
    expect(code).toBe("invalid_config");
    expect(said).toStartWith(`${CONFIG_FILE}:${line}: ${message}`);
  });

  test("that the reader refuses for its content, the schema refuses too", () => {
    const end = INVALID.findIndex(([what]) => what === "a second document");
    const byContent = INVALID.slice(0, end).filter(([what]) => !/twice/.test(what));
    expect(byContent.length).toBeGreaterThan(20);
    for (const [what, text] of byContent)
      expect([what, validator.validate(parseDocument(text).toJS()).valid]).toEqual([what, false]);
  });

  test.each(["__proto__", "constructor"])("may have the name %s where no secret has it", (name) => {
    expect(refusal(() => read(`values:\n  ${name}x y: {type: url}\n`)).code).toBe("invalid_config");
    expect(refusal(() => read(`${name}: {}\n`)).code).toBe("invalid_config");
    expect(Object.prototype).not.toHaveProperty("type");
  });

  test("that is huge or not text is refused", () => {
    expect(refusal(() => readConfig(new Uint8Array(MAX_CONFIG_BYTES + 1), "c")).message).toContain("larger");
    expect(refusal(() => readConfig(new Uint8Array([0xff]), "c")).message).toBe("c: not UTF-8");
  });

  test("law: mutated text is read or refused with a line, in good time", () => {
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      ":",
      "\n",
      "  ",
      "- ",
      "&a ",
      "*a",
      "!!x ",
      '"',
      "'",
      "|",
      "?",
      "<<",
      "\t",
      "\u0000",
    );
    fc.assert(
      fc.property(fc.constantFrom(...VALID), fc.nat(), piece, fc.nat(3), (text, at, inserted, cut) => {
        const place = at % (text.length + 1);
        const mutated = text.slice(0, place) + inserted + text.slice(place + cut);
        try {
          read(mutated);
        } catch (error) {
          expect((error as PprotectError).code).toBe("invalid_config");
          expect((error as PprotectError).message).toMatch(/^\.pprotect\.yaml:\d+: ./);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("law: each string of a YAML text is what the text says", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (strings) => {
        const text = strings.map((each) => `- ${JSON.stringify(each)}\n`).join("");
        const list = parseYamlWithLines(text, "f", "invalid_config")?.list("it") ?? [];
        expect(list.map((each) => each.text("it"))).toEqual(strings);
        expect(list.map(({ line }) => line)).toEqual(strings.map((_, index) => index + 1));
      }),
    );
  });
});

describe("the file beside a store", () => {
  test("need not be there", () => {
    expect(readConfigFile(configPath(sandbox().store))).toEqual(EMPTY_CONFIG);
  });

  test("is a file: no directory, no device, nothing without an end", () => {
    for (const target of ["/dev/zero", "/proc/self/environ"]) {
      const box = sandbox();
      symlinkSync(target, box.path(CONFIG_FILE));
      expect(refusal(() => readConfigFile(configPath(box.store))).code).toBe("file_error");
    }
    const folder = emptyFolder();
    mkdirSync(resolve(folder, CONFIG_FILE));
    expect(refusal(() => readConfigFile(resolve(folder, CONFIG_FILE))).message).toContain("is a directory");
  });
});
