import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { InvalidImportError } from "../../../src/import/invalid-import.ts";
import { type ImportedFile, type ImportFormat, readEntries } from "../../../src/import/read-entries.ts";
import { parseJsonTree } from "../../../src/import/readers/json-tree.ts";
import { processorTime } from "../../support/processor-time.ts";

async function read(text: string, file = "f.json", format?: ImportFormat): Promise<ImportedFile> {
  return readEntries(Buffer.from(text), { file, environment: {}, format });
}

async function valuesOf(text: string, file?: string, format?: ImportFormat): Promise<[string, string][]> {
  return (await read(text, file, format)).entries.map(({ name, value }) => [name, value]);
}

async function refusalOf(text: string, file?: string, format?: ImportFormat): Promise<InvalidImportError> {
  try {
    await read(text, file, format);
  } catch (error) {
    return error as InvalidImportError;
  }
  throw new Error("it was read");
}

describe("JSON", () => {
  test("nested names are joined, numbers and truth values keep their text", async () => {
    const text =
      '{"db": {"password": "s", "port": 5432, "hosts": ["a", "b"]},\n "n": 1.10, "e": 1e3, "big": 12345678901234567890, "t": true, "empty": {}}';
    const { entries, format } = await read(text);
    expect(format).toBe("json");
    expect(entries).toEqual([
      { name: "db_password", value: "s", line: 1 },
      { name: "db_port", value: "5432", line: 1 },
      { name: "db_hosts_0", value: "a", line: 1 },
      { name: "db_hosts_1", value: "b", line: 1 },
      { name: "n", value: "1.10", line: 2 },
      { name: "e", value: "1e3", line: 2 },
      { name: "big", value: "12345678901234567890", line: 2 },
      { name: "t", value: "true", line: 2 },
    ]);
  });

  test.each([
    ['{"a": 1,}', 1, "is not JSON"],
    ['{"a": 1 // x\n}', 1, "is not JSON"],
    ["{\n'a': 1}", 2, "is not JSON"],
    ["[1]", 1, "must be an object of names and values"],
    ['{"a": 01}', 1, "is not JSON"],
    ['{"a": 1} x', 1, "is not JSON"],
    ['{"a": "hunter2\n"}', 1, "is not JSON"],
    ['{"a":\n {"b": null}}', 2, '"a_b" is null: write "" for an empty value'],
    ['{"a": "\\ud800"}', 1, 'the value of "a" is not valid Unicode text'],
    ['{"a_b": 1,\n "a": {"b": 2}}', 2, '"a_b" is the joined name of two different values'],
  ])("%j is refused", async (text, line, message) => {
    const error = await refusalOf(text, "f.json", "json");
    expect(error.problems).toEqual([{ line, message }]);
    expect(error.message).toBe(`f.json:${line}: ${message}`);
  });

  test("the last of two members of one name counts, and a note says so", async () => {
    const { entries, notes } = await read('{"a": 1,\n"a": 2}');
    expect(entries).toEqual([{ name: "a", value: "2", line: 2 }]);
    expect(notes).toEqual([{ kind: "duplicate", name: "a", line: 2 }]);
  });

  test("names that objects of JavaScript have are names", async () => {
    const text = '{"__proto__": {"a": "1"}, "constructor": "2", "toString": "3"}';
    expect(await valuesOf(text)).toEqual([
      ["__proto___a", "1"],
      ["constructor", "2"],
      ["toString", "3"],
    ]);
    expect(({} as { a?: string }).a).toBeUndefined();
  });

  test("it accepts what JSON.parse accepts, and nothing else", () => {
    const text = fc.oneof(
      fc.json(),
      fc
        .array(
          fc.constantFrom(
            "{",
            "}",
            "[",
            "]",
            '"a"',
            ":",
            ",",
            "1",
            "-",
            "0",
            ".",
            "e",
            " ",
            "\n",
            "true",
            '"',
            "\\",
            "\t",
          ),
          { maxLength: 10 },
        )
        .map((parts) => parts.join("")),
    );
    const accepts = (action: () => unknown): boolean => {
      try {
        action();
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(text, (each) =>
        expect(accepts(() => parseJsonTree(each, "f"))).toBe(accepts(() => JSON.parse(each))),
      ),
      { numRuns: 2000 },
    );
  });
});

describe("YAML", () => {
  test("scalars keep their text, whatever a parser would make of them", async () => {
    const text =
      "a: 0123\nb: 1e3\nc: 1.10\nd: yes\ne: 0x1F\nf: 2024-01-02\ng: 1_000\nh: TRUE\ni: .5\nj: 0o17\nk: !!str 12\nl: ''\n";
    expect(await valuesOf(text, "f.yaml")).toEqual([
      ["a", "0123"],
      ["b", "1e3"],
      ["c", "1.10"],
      ["d", "yes"],
      ["e", "0x1F"],
      ["f", "2024-01-02"],
      ["g", "1_000"],
      ["h", "TRUE"],
      ["i", ".5"],
      ["j", "0o17"],
      ["k", "12"],
      ["l", ""],
    ]);
  });

  test("strings of every style, nested, with lines", async () => {
    const text =
      "# c\ndb:\n  'a b': \"x\\ty\"\n  key: |\n    one\n    two\n  folded: >-\n    one\n    two\nlist:\n  - x\n  - y: z\n";
    expect((await read(text, "f.yml")).entries).toEqual([
      { name: "db_a b", value: "x\ty", line: 3 },
      { name: "db_key", value: "one\ntwo\n", line: 4 },
      { name: "db_folded", value: "one two", line: 7 },
      { name: "list_0", value: "x", line: 11 },
      { name: "list_1_y", value: "z", line: 12 },
    ]);
  });

  test("an alias is what its anchor is", async () => {
    expect(await valuesOf("a: &x {k: v}\nb: *x\n", "f.yaml")).toEqual([
      ["a_k", "v"],
      ["b_k", "v"],
    ]);
  });

  test.each([
    ["a: 1\nb:\n", 2, '"b" is null: write "" for an empty value'],
    ["a: ~\n", 1, '"a" is null: write "" for an empty value'],
    ["a: 1\nb: !!binary aGk=\n", 2, "is not YAML that can be imported: it has a tag"],
    ["a: 1\n# note\rb: 2\n", 2, "has a carriage return without a line feed"],
    ["a: !vault |\n  1234\n", 1, "is not YAML that can be imported: it has a tag"],
    ["a: 'hunter2\n", 2, "is not YAML that can be imported: missing char"],
    ["a: 1\n b: hunter2\n", 1, "is not YAML that can be imported: block as implicit key"],
    ["b: &x {k: v}\na:\n  <<: *x\n", 3, "has a merge key (<<), which is not supported"],
    ["? {a: b}\n: c\n", 1, "has a key that is not a string"],
    ["a: 1\n---\nb: 2\n", 3, "has several documents: import one at a time"],
    ["- a\n", 1, "must be an object of names and values"],
    ["a: *hunter2\n", 1, 'has an alias without an anchor: quote a value that starts with "*"'],
  ])("%j is refused", async (text, line, message) => {
    const error = await refusalOf(text, "f.yaml");
    expect(error.message).toStartWith(`f.yaml:${line}: ${message}`);
    expect(error.message).not.toContain("hunter2");
  });
});

describe("Kubernetes", () => {
  const secret = (extra: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n${extra}`;

  test("data is base64, stringData is not and wins", async () => {
    const text = secret(
      "data:\n  A: aGk=\n  tls.crt: |\n    aGVsbG8g\n    d29ybGQ=\n  B: eA==\nstringData:\n  B: plain\n",
    );
    const { entries, format } = await read(text, "-");
    expect(format).toBe("k8s");
    expect(entries.map(({ name, value }) => [name, value])).toEqual([
      ["A", "hi"],
      ["tls.crt", "hello world"],
      ["B", "plain"],
    ]);
  });

  test("documents and lists, in YAML and JSON; other kinds are left out with a note", async () => {
    const text = `${secret("data: {A: aGk=}\n")}---\napiVersion: v1\nkind: ConfigMap\ndata: {B: x}\n---\n${secret("stringData: {C: y}\n")}`;
    const several = await read(text, "f.yaml");
    expect(several.entries.map(({ name }) => name)).toEqual(["A", "C"]);
    expect(several.notes).toEqual([{ kind: "skipped", name: "ConfigMap", line: 6 }]);
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [{ apiVersion: "v1", kind: "Secret", data: { A: "aGk=" } }],
    };
    expect(await valuesOf(JSON.stringify(list), "-")).toEqual([["A", "hi"]]);
  });

  test.each([
    [secret("data: {A: hunter2}\n"), '"A" is not base64'],
    [secret("data: {A: /w==}\n"), '"A" is not UTF-8 text'],
    [secret("data: {A: null}\n"), '"A" is not a string of base64'],
    [secret("stringData: {A: 1}\n"), '"A" is not a string'],
    [
      `${secret("data: {A: aGk=}\n")}---\n${secret("data: {A: aGk=}\n")}`,
      '"A" is in two Secrets: import one at a time',
    ],
  ])("%j is refused", async (text, message) => {
    const error = await refusalOf(text, "f.yaml");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("hunter2");
  });

  test("a manifest of another kind is refused", async () => {
    expect((await refusalOf("kind: Deployment\n", "f.yaml", "k8s")).message).toContain(
      "no Kubernetes object of kind Secret",
    );
  });
});

describe("what a file is", () => {
  test.each([
    ["A=1\n", "-", "dotenv"],
    ["A: 1\n", "-", "yaml"],
    ["A: 1\n", "config.yaml", "yaml"],
    ['{"A": 1}', "-", "json"],
    ["\ufeff{}", "-", "json"],
    ["# x\nA=b: c\n", "-", "dotenv"],
    ["A=encrypted:x\n", "-", "dotenvx"],
    ["A: x=1\n", "x.yml", "yaml"],
  ])("%j in %j is %s", async (text, file, format) => {
    try {
      expect((await read(text, file)).format as string).toBe(format);
    } catch (error) {
      expect(format).toBe("dotenvx");
      expect((error as InvalidImportError).code).toBe("missing_credentials");
    }
  });

  test("what is called .env is dotenv, whatever is in it", async () => {
    expect((await refusalOf("A: hunter2\n", "dir/.env.local")).message).toBe(
      "dir/.env.local:1: has a colon where an equals sign must be",
    );
  });

  test("an empty file", async () => {
    expect((await refusalOf(" \n\t\n", "x")).message).toBe("x: is empty");
  });
});

describe("hostile files", () => {
  test("bytes that are not text, by line", async () => {
    const invalid = async (bytes: Uint8Array): Promise<string> => {
      try {
        await readEntries(bytes, { file: "f", environment: {} });
      } catch (error) {
        return (error as Error).message;
      }
      return "read";
    };
    expect(await invalid(Buffer.from([0x41, 0x3d, 0x0a, 0x42, 0x3d, 0xff]))).toBe("f:2: is not UTF-8 text");
    expect(await invalid(Buffer.from("A=1\nB=2\0\n"))).toBe("f:2: has a NUL byte");
    expect(await invalid(new Uint8Array(64 * 1024 * 1024 + 1))).toBe("f: is larger than 64 MiB");
  });

  test("deep nesting", async () => {
    for (const depth of [101, 100_000]) {
      const json = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
      expect((await refusalOf(json, "f.json")).message).toContain("nested too deeply");
      const flow = `a: ${"[".repeat(depth)}1${"]".repeat(depth)}`;
      expect((await refusalOf(flow, "f.yaml")).message).toContain("nested too deeply");
    }
  }, 20_000);

  test("aliases of aliases", async () => {
    const levels = Array.from(
      { length: 20 },
      (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(", ")}]`,
    );
    const error = await refusalOf(`l0: &l0 [x]\n${levels.join("\n")}\n`, "f.yaml");
    expect(error.message).toContain("too many values, or aliases of aliases");
  });

  test("many aliases, each of the last anchor before it, take linear time", async () => {
    const text = `a: &x one\nb: *x\nc: &x two\nd: [${Array(9_000).fill("*x").join(", ")}]\n`;
    const start = processorTime();
    const values = (await valuesOf(text, "f.yaml")).map(([, value]) => value);
    expect(values).toEqual(["one", "one", "two", ...Array(9_000).fill("two")]);
    expect(processorTime() - start).toBeLessThan(2_000);
  });

  test("an alias of what it is in", async () => {
    expect((await refusalOf("a: &x\n  b: *x\n", "f.yaml")).code).toBe("invalid_import");
  });

  test("too many values", async () => {
    const json = `[${"1,".repeat(300_000)}1]`;
    expect((await refusalOf(json, "f.json")).message).toBe("f.json:1: has too many values");
  });

  test("too many entries", async () => {
    const lines = Array.from({ length: 10_001 }, (_, at) => `A${at}=1\n`);
    expect((await refusalOf(lines.join(""), ".env")).message).toBe(".env: has more than 10000 entries");
    expect(await valuesOf(lines.slice(1).join(""), ".env")).toHaveLength(10_000);
  });

  test("a large YAML file", async () => {
    expect((await refusalOf(`a: "${"x".repeat(5 * 1024 * 1024)}"\n`, "f.yaml")).message).toBe(
      "f.yaml: is larger than 4 MiB",
    );
  });

  test("a file's name is made safe to print", async () => {
    expect((await refusalOf("x", "\x1b[2J.env")).message).toStartWith("\\u{1b}[2J.env:1:");
  });

  test("any text is read or refused as one of our errors", async () => {
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ":",
      ": ",
      "- ",
      "\n",
      "  ",
      "'",
      '"',
      "&a",
      "*a",
      "!!",
      "|",
      ">",
      "#",
      "=",
      "a",
      "sops",
      "mac",
      "kind: Secret",
      "apiVersion: v1",
      "data:",
      "?",
      ",",
      "%",
      "---",
      "...",
      "\t",
      "encrypted:",
      "sops_mac=x",
      "<<",
      "[sops]",
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...pieces), { maxLength: 20 }),
        fc.constantFrom("f.yaml", "f.json", ".env", "-"),
        fc.constantFrom(undefined, "dotenv", "json", "yaml", "k8s", "sops", "dotenvx"),
        async (parts, file, format) => {
          try {
            await read(parts.join(""), file, format as ImportFormat | undefined);
          } catch (error) {
            expect(error).toHaveProperty("code");
            expect((error as { code: unknown }).code).toBeOneOf([
              "invalid_import",
              "missing_credentials",
              "cannot_open",
            ]);
          }
        },
      ),
      { numRuns: 1500 },
    );
  });
});
