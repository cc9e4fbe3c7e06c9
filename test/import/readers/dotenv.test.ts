import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { ReadResult } from "../../../src/import/entry.ts";
import { inputText } from "../../../src/import/input-text.ts";
import type { InvalidImportError } from "../../../src/import/invalid-import.ts";
import { readDotenv } from "../../../src/import/readers/dotenv.ts";
import { jsonOf } from "../../support/consumers.ts";
import { needs } from "../../support/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-dotenv-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string): ReadResult {
  return readDotenv(text, ".env");
}

function valuesOf(text: string): Record<string, string> {
  return Object.fromEntries(read(text).entries.map(({ name, value }) => [name, value]));
}

function notesOf(text: string): string[] {
  return read(text).notes.map(({ kind, name, line }) => `${line}:${name}:${kind}`);
}

function refusalOf(text: string): InvalidImportError {
  try {
    read(text);
  } catch (error) {
    return error as InvalidImportError;
  }
  throw new Error("it was read");
}

test.each([
  ["A=1", "1"],
  ["A=1\n", "1"],
  ["A=1\r\n", "1"],
  ["  A = 1  ", "1"],
  ["export A=1", "1"],
  ["A=", ""],
  ["A=one two", "one two"],
  ["A=one # two", "one"],
  ["A='one # two' # three", "one # two"],
  [`A='$B \${C} \\n'`, `$B \${C} \\n`],
  ['A="one\\ntwo"', "one\ntwo"],
  ['A="one\ntwo"', "one\ntwo"],
  ["A='one\n\ntwo\n'", "one\n\ntwo\n"],
  ["A='one\r\ntwo'", "one\ntwo"],
  ["A=it's", "it's"],
  ['A="it\'s"', "it's"],
  ["A='\"x\"'", '"x"'],
  ["A=a=b=", "a=b="],
  ["A=0123", "0123"],
  ['A=""', ""],
  ["A=C:\\new", "C:\\new"],
  ["A=pässwörd🎲", "pässwörd🎲"],
])("%j is %j to all", (text, value) => {
  expect(valuesOf(text)).toEqual({ A: value });
  expect(notesOf(text).filter((note) => note.endsWith(":ambiguous"))).toEqual([]);
});

test.each([
  ["A=a#b", "a#b"],
  ["A= # comment", ""],
  ["A=1\t", "1"],
  ["export\tA=1", "1"],
  ["export  A=1", "1"],
  [" export  A=1", "1"],
  ["A='a\\'", "a\\"],
  ["A='a\\\\b'", "a\\\\b"],
  ['A="a\\"b"', 'a"b'],
  ['A="a\\\\b"', "a\\b"],
  ['A="\\$x"', "$x"],
  ['A="a\\tb"', "a\tb"],
  ['A="a\\qb"', "a\\qb"],
  ["A=`a b`", "a b"],
])("%j is %j, and said to be read differently elsewhere", (text, value) => {
  expect(valuesOf(text)).toEqual({ A: value });
  expect(notesOf(text)).toContain("1:A:ambiguous");
});

test("names, comments and lines", () => {
  const text = inputText(
    Buffer.from("\ufeff# first\n\nA=1\n  # second\nexport B_2='x\ny'\nC.d-e=3 # third\n\n"),
    ".env",
  );
  expect(read(text).entries).toEqual([
    { name: "A", value: "1", line: 3 },
    { name: "B_2", value: "x\ny", line: 5 },
    { name: "C.d-e", value: "3", line: 7 },
  ]);
});

test("notes: what is empty, refers to something or is given twice", () => {
  expect(notesOf(`A=\nB=\${X}\nC=$(id)\nD='$Y'\nE=5$\nA=1\nF=$\n`)).toEqual([
    "2:B:reference",
    "3:C:reference",
    "4:D:reference",
    "6:A:duplicate",
  ]);
  expect(read("A=1\nB=2\nA=3\n").entries).toEqual([
    { name: "A", value: "3", line: 3 },
    { name: "B", value: "2", line: 2 },
  ]);
  expect(valuesOf(`B=\${X} $HOME $(id)`)).toEqual({ B: `\${X} $HOME $(id)` });
});

test("every line that cannot be read is named, without its text", () => {
  const error = refusalOf("A=1\nhunter2\nB='hunter2' x\nC: hunter2\nexport D\n=hunter2\nE=2\nF='hunter2\n");
  expect(error.code).toBe("invalid_import");
  expect(error.problems).toEqual([
    { line: 2, message: "has a name without a value" },
    { line: 3, message: '"B" has text after the closing quote' },
    { line: 4, message: "has a colon where an equals sign must be" },
    { line: 5, message: "has a name without a value" },
    { line: 6, message: "has no valid name before the equals sign" },
    { line: 8, message: '"F" has an opening quote without a closing one' },
  ]);
  expect(error.message).toBe(".env:2: has a name without a value (and 5 more: lines 3, 4, 5, 6, 8)");
  expect(`${error.message}${error.fix}`).not.toContain("hunter2");
});

test("a carriage return that ends no line is refused", () => {
  expect(refusalOf("A=a\rb\n").problems).toEqual([
    { line: 1, message: '"A" has a carriage return, which some programs take for a line end' },
  ]);
});

test("long lines and many quotes are read in linear time", () => {
  const long = "x".repeat(4_000_000);
  expect(valuesOf(`A='${long}'\nB="${"\\n".repeat(1_000_000)}"\n`).A).toBe(long);
  expect(refusalOf(`A="${"\\".repeat(1_000_001)}`).code).toBe("invalid_import");
  expect(refusalOf(`${" ".repeat(1_000_000)}A${" ".repeat(1_000_000)}`).code).toBe("invalid_import");
  expect(refusalOf("A='\n".repeat(20_001)).code).toBe("invalid_import");
}, 60_000);

describe("what we call unambiguous", () => {
  const pieces = [
    ...[
      "A",
      "B",
      "C_1",
      "export ",
      "=",
      "=",
      "=",
      "'",
      "'",
      '"',
      '"',
      "`",
      "#",
      " ",
      " ",
      "\t",
      "\n",
      "\n",
      "\r\n",
    ],
    ...[
      "\\",
      "\\n",
      "\\'",
      '\\"',
      "$",
      "$A",
      "x",
      "y z",
      "é",
      ":",
      "{",
      "}",
      "0",
      "!",
      "it's",
      "--",
      "'''",
      "a.b",
    ],
  ];
  const line = fc.tuple(
    fc.constantFrom("", "", "export ", " "),
    fc.constantFrom("A", "B", "C_1", "D"),
    fc.constantFrom("=", "=", " = ", "= "),
    fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join("")),
    fc.constantFrom("", "", " # note", "#"),
  );
  const file = fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: line.map((parts) => parts.join("")) },
        fc.constantFrom("", "# note", "  #"),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((lines) => `${lines.join("\n")}\n`);

  /** Files that we read, with nothing ambiguous in them, and what we read. */
  function readable(texts: readonly string[]): { text: string; values: Record<string, string> }[] {
    return texts.flatMap((text) => {
      try {
        const { entries, notes } = read(text);
        // Node 20 takes a comment behind blanks, or a line of blanks, for the start of the next name.
        if (notes.some(({ kind }) => kind === "ambiguous") || /^[ \t]+(?:#|\r?$)/m.test(text)) return [];
        return [{ text, values: Object.fromEntries(entries.map(({ name, value }) => [name, value])) }];
      } catch {
        return [];
      }
    });
  }

  const inNode = (expression: string) => (input: string) => [
    Bun.which("node") ?? "node",
    "-e",
    `const t=JSON.parse(require('fs').readFileSync('${input}','utf8'));process.stdout.write(JSON.stringify(t.map(x=>${expression})))`,
  ];
  const parseEnv = inNode("require('util').parseEnv(x)");
  const npmDotenv = inNode(`require('${createRequire(import.meta.url).resolve("dotenv")}').parse(x)`);
  const pythonDotenv = (input: string) => [
    "/usr/bin/python3",
    "-c",
    `import io,json,dotenv; print(json.dumps([dict(dotenv.dotenv_values(stream=io.StringIO(x, newline=None),interpolate=False)) for x in json.load(open('${input}', encoding='utf-8'))]))`,
  ];

  const agrees = (command: (input: string) => readonly string[]) => async (): Promise<void> => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 400, maxLength: 800 }), async (texts) => {
        const known = readable(texts);
        const input = join(folder, "texts.json");
        writeFileSync(input, JSON.stringify(known.map(({ text }) => text)));
        const found = (await jsonOf(command(input), folder)) as Record<string, string>[];
        for (const [index, { text, values }] of known.entries()) {
          expect({ text, values: found[index] }).toEqual({ text, values });
        }
        compared += known.length;
      }),
      { numRuns: 8, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(500);
  };

  test("is read so by node's util.parseEnv", agrees(parseEnv));
  test("is read so by npm's dotenv", agrees(npmDotenv));
  test.if(needs("python-dotenv"))("is read so by python-dotenv", agrees(pythonDotenv));
});
