import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import fc from "fast-check";
import type { PprotectError } from "../../../src/common/errors.ts";
import { type ImportedFile, readEntries } from "../../../src/import/read-entries.ts";
import { flatten } from "../../../src/import/readers/flatten.ts";
import { parseJsonTree } from "../../../src/import/readers/json-tree.ts";
import { macText } from "../../../src/import/readers/sops/go-scalar.ts";
import { decryptWithProgram } from "../../../src/import/readers/sops/sops-program.ts";
import { moreConsumers } from "../../support/consumers.ts";
import { anyValue } from "../../support/import-values.ts";
import { runProgram } from "../../support/run.ts";

const FIXTURES = resolve(import.meta.dir, "../../fixtures/formats");
const SOPS = join(FIXTURES, "sops");
const IDENTITY = lastLine("identity.txt");
const POST_QUANTUM = lastLine("identity-post-quantum.txt");
const OTHER = "AGE-SECRET-KEY-16NZ2NVZXFJGVEYPHS8N2YNL34QDAL69DGHTFXV9LC73GQNS60T7Q8KZYPT"; // pprotect:allow

const folder = mkdtempSync(join(tmpdir(), "pprotect-sops-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lastLine(file: string): string {
  return readFileSync(join(FIXTURES, file), "utf8").trim().split("\n").at(-1) ?? "";
}

type Environment = Readonly<Record<string, string>>;
const NOBODY: Environment = { HOME: folder, PATH: folder };
const ME: Environment = { ...NOBODY, SOPS_AGE_KEY: IDENTITY };

async function read(text: string | Uint8Array, file: string, environment = ME): Promise<ImportedFile> {
  return readEntries(Buffer.from(text), { file, environment });
}

function fixture(file: string): string {
  return readFileSync(join(SOPS, file), "utf8");
}

async function valuesOf(text: string, file: string, environment = ME): Promise<Record<string, string>> {
  const { format, entries } = await read(text, file, environment);
  expect(format).toBe("sops");
  return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
}

async function refusalOf(text: string, file: string, environment = ME): Promise<PprotectError> {
  try {
    await read(text, file, environment);
  } catch (error) {
    return error as PprotectError;
  }
  throw new Error("it was read");
}

const NESTED_YAML = {
  db_password: "s3cret: #1",
  db_port: "5432",
  db_ratio: "1.5",
  db_large: "123456789012345678",
  db_small: "0.000000001",
  db_tls: "true",
  db_hosts_0: "a.example",
  db_hosts_1: "b.example",
  empty: "",
  multi: "line one\nline two\n",
  unicode: "pässwörd 漢字 🎲",
  note_unencrypted: "plain text",
  count_unencrypted: "83",
  hex_unencrypted: "31",
  float_unencrypted: "1.1",
  exp_unencrypted: "1000",
  flag_unencrypted: "true",
  day_unencrypted: "2024-01-02T00:00:00Z",
};
const NESTED_JSON = {
  API_KEY: "key123",
  nested_token: "a b\nc",
  nested_n: "7",
  nested_f: "0.25",
  nested_deep_x: "y",
  list_0: "one",
  list_1: "2",
  list_2: "false",
  plain_unencrypted: "seen",
  num_unencrypted: "1e+21",
  int_unencrypted: "12",
};
const DOTENV = {
  API_KEY: "key123",
  QUOTED: '"in quotes"',
  MULTI: "one\ntwo",
  SPACE: " leading and trailing ",
  EMPTY: "",
  EQ: "a=b#c",
};

describe("files that SOPS made are read without it", () => {
  test.each([
    ["nested.yaml", NESTED_YAML],
    ["encrypted-regex.yaml", NESTED_YAML],
    ["unencrypted-regex.yaml", NESTED_YAML],
    ["mac-only-encrypted.yaml", NESTED_YAML],
    ["nested.json", NESTED_JSON],
    ["encrypted-suffix.json", NESTED_JSON],
    ["two-recipients.env", DOTENV],
    ["tls.key.enc", { "tls.key": "-----BEGIN TEST KEY-----\nMIIB\n-----END TEST KEY-----\n" }],
  ])("%s", async (file, values) => {
    expect(await valuesOf(fixture(file), file)).toEqual(values);
  });

  test("with a post-quantum identity", async () => {
    const file = "post-quantum.env";
    expect(await valuesOf(fixture(file), file, { ...NOBODY, SOPS_AGE_KEY: POST_QUANTUM })).toEqual(DOTENV);
  });

  test("through a pipe, without a name", async () => {
    expect(await valuesOf(fixture("nested.yaml"), "standard input")).toEqual(NESTED_YAML);
    expect(await valuesOf(fixture("two-recipients.env"), "standard input")).toEqual(DOTENV);
    expect(Object.keys(await valuesOf(fixture("tls.key.enc"), "standard input"))).toEqual(["data"]);
  });

  test("lines are the file's, and quotes are noted", async () => {
    const { entries, notes } = await read(fixture("two-recipients.env"), "f.env");
    expect(entries.map(({ name, line }) => `${line}:${name}`).slice(0, 3)).toEqual([
      "2:API_KEY",
      "3:QUOTED",
      "4:MULTI",
    ]);
    expect(notes).toEqual([
      { kind: "empty", name: "EMPTY", line: 6 },
      { kind: "quotes", name: "QUOTED", line: 3 },
    ]);
  });
});

describe("where the identity is found", () => {
  const text = fixture("two-recipients.env");
  const keys = join(folder, "keys.txt");
  writeFileSync(keys, `# created: today\n${OTHER}\n${IDENTITY}\n`);

  test("SOPS_AGE_KEY, several in it", async () => {
    expect(await valuesOf(text, "f.env", { ...NOBODY, SOPS_AGE_KEY: `${OTHER} ${IDENTITY}` })).toEqual(
      DOTENV,
    );
  });

  test("SOPS_AGE_KEY_FILE", async () => {
    expect(await valuesOf(text, "f.env", { ...NOBODY, SOPS_AGE_KEY_FILE: keys })).toEqual(DOTENV);
    const missing = await refusalOf(text, "f.env", { ...NOBODY, SOPS_AGE_KEY_FILE: join(folder, "none") });
    expect(missing.code).toBe("file_error");
  });

  test("the usual file", async () => {
    for (const [variable, directory] of [
      ["HOME", `home/${process.platform === "darwin" ? "Library/Application Support" : ".config"}`],
      ["XDG_CONFIG_HOME", "config"],
    ] as const) {
      mkdirSync(join(folder, directory, "sops/age"), { recursive: true });
      writeFileSync(join(folder, directory, "sops/age/keys.txt"), readFileSync(keys));
      const value = join(folder, variable === "HOME" ? "home" : directory);
      expect(await valuesOf(text, "f.env", { PATH: folder, HOME: folder, [variable]: value })).toEqual(
        DOTENV,
      );
    }
  });

  test("none, or not a recipient's: the recipients and the places are named", async () => {
    for (const environment of [
      NOBODY,
      { ...NOBODY, SOPS_AGE_KEY: OTHER },
      { ...NOBODY, SOPS_AGE_KEY: "hunter2" },
    ]) {
      const error = await refusalOf(text, "f.env", environment);
      expect(error.code).toBe("missing_credentials");
      expect(error.message).toMatch(/^f\.env: no age identity for age1\w+, age1\w+$/);
      expect(error.fix).toContain("SOPS_AGE_KEY, SOPS_AGE_KEY_FILE");
      expect(`${error.message}${error.fix}`).not.toContain("hunter2");
    }
  });
});

describe("files that were changed without SOPS are refused", () => {
  const yaml = fixture("nested.yaml");
  const dotenv = fixture("two-recipients.env");
  const line = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(dotenv)?.[1] ?? "";

  test.each([
    [
      "two values swapped",
      dotenv.replace(line("API_KEY"), "?").replace(line("EQ"), line("API_KEY")).replace("?", line("EQ")),
      '"API_KEY" does not open',
    ],
    ["a name changed", dotenv.replace("API_KEY=", "API_KEZ="), '"API_KEZ" does not open'],
    ["a value in the clear", dotenv.replace(line("EQ"), "hunter2"), '"EQ" does not open'],
    ["a value emptied", dotenv.replace(line("EQ"), ""), "the MAC does not match"],
    ["a line removed", dotenv.replace(/^EQ=.*\n/m, ""), "the MAC does not match"],
    [
      "two lines in another order",
      dotenv.replace(/^(API_KEY=.*\n)(QUOTED=.*\n)/m, "$2$1"),
      "the MAC does not match",
    ],
    ["another MAC", dotenv.replace(/^sops_mac=.*/m, `sops_mac=${line("EQ")}`), "a MAC that does not open"],
    ["another time", dotenv.replace(/^(sops_lastmodified=20)\d\d/m, "$119"), "a MAC that does not open"],
    ["no MAC", dotenv.replace(/^sops_mac=.*/m, "sops_mac="), "a MAC that does not open"],
    ["a ciphertext", dotenv.replace(/^(API_KEY=ENC\[AES256_GCM,data:)./m, "$1~"), '"API_KEY" does not open'],
  ])("%s", async (_what, text, message) => {
    expect(text).not.toBe(dotenv);
    const error = await refusalOf(text, "f.env");
    expect(error.code).toBe("invalid_import");
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("hunter2");
  });

  test.each([
    ["a value that is not encrypted", yaml.replace("plain text", "hunter2")],
    ["a number", yaml.replace("count_unencrypted: 83", "count_unencrypted: 84")],
    ["a value added", `added_unencrypted: hunter2\n${yaml}`],
    [
      "the rule of what is encrypted",
      yaml.replace("unencrypted_suffix: _unencrypted", "unencrypted_suffix: _other"),
    ],
  ])("%s", async (_what, text) => {
    expect(text).not.toBe(yaml);
    const error = await refusalOf(text, "f.yaml");
    expect(error.code).toBe("invalid_import");
    expect(error.message).not.toContain("hunter2");
  });

  test("a value in the clear where one must be encrypted, with a MAC over what is encrypted only", async () => {
    const text = fixture("mac-only-encrypted.yaml").replace(/port: ENC.*/, "port: 1");
    expect((await refusalOf(text, "f.yaml")).message).toContain('"db_port" is not encrypted, but must be');
  });
});

/** A program `sops` on a PATH of its own. */
function programPath(script: string): string {
  const directory = mkdtempSync(join(folder, "bin-"));
  writeFileSync(join(directory, "sops"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, "sops"), 0o755);
  return directory;
}

describe("what only the program can decrypt", () => {
  test.each(["comment-regex.yaml", "complex-regex.yaml", "sections.ini"])("%s, without it", async (file) => {
    const error = await refusalOf(fixture(file), file);
    expect(error.code).toBe("cannot_open");
    expect(error.message).toContain("which only the program sops can decrypt");
  });

  test("a program that takes too long is ended, also where something that it started holds its output", async () => {
    const program = join(programPath("sleep 600 & wait"), "sops");
    const run = decryptWithProgram(program, Buffer.from(""), {
      kind: "json",
      file: "f.json",
      environment: { PATH: process.env.PATH },
      timeoutMs: 300,
    });
    await expect(run).rejects.toMatchObject({
      code: "cannot_open",
      message: "f.json: sops took longer than 0.3 seconds",
    });
  });

  test("the program gets the file as standard input, no passphrase, and prints JSON", async () => {
    const script = `
[ "$*" = "--decrypt --input-type ini --output-type json /dev/stdin" ] || exit 9
[ -z "$PPROTECT_PASSPHRASE$CI_PASSPHRASE" ] || exit 8
[ "$SOPS_AGE_KEY_CMD" = mine ] || exit 7
/usr/bin/grep -q '^\\[sops\\]' || exit 6
echo '{"a": {"x": "1"}, "b": "two"}'`;
    const environment = {
      PATH: programPath(script),
      HOME: folder,
      PPROTECT_PASSPHRASE: "x",
      CI_PASSPHRASE: "x",
      SOPS_AGE_KEY_CMD: "mine",
    };
    const { entries } = await read(fixture("sections.ini"), "f.ini", environment);
    expect(entries).toEqual([
      { name: "a_x", value: "1", line: undefined },
      { name: "b", value: "two", line: undefined },
    ]);
  });

  test("what it says when it fails is not repeated", async () => {
    const path = programPath("echo hunter2; echo hunter2 >&2; exit 3");
    const error = await refusalOf(fixture("sections.ini"), "f.ini", { ...ME, PATH: path });
    expect(error.code).toBe("cannot_open");
    expect(error.message).toBe("f.ini: sops could not decrypt it (exit status 3)");
    expect(`${error.message}${error.fix}`).not.toContain("hunter2");
  });

  test("it is asked when no identity opens the file, and when the MAC does not match for us", async () => {
    const path = programPath(`echo '{"from": "program"}'`);
    expect(await valuesOf(fixture("nested.yaml"), "f.yaml", { ...NOBODY, PATH: path })).toEqual({
      from: "program",
    });
    const changed = fixture("nested.yaml").replace("plain text", "other text");
    expect(await valuesOf(changed, "f.yaml", { ...ME, PATH: path })).toEqual({ from: "program" });
  });

  test("it is not run from a relative directory of PATH", async () => {
    const error = await refusalOf(fixture("sections.ini"), "f.ini", { ...ME, PATH: ".:" });
    expect(error.message).toContain("which only the program sops can decrypt");
  });
});

test.each([
  ["0123", "83"],
  ["-0x1F", "-31"],
  ["1_000", "1000"],
  ["0o17", "15"],
  ["0b11", "3"],
  ["09", "9"],
  ["1e3", "1000"],
  ["1.10", "1.1"],
  ["1e-9", "0.000000001"],
  ["1e21", "1000000000000000000000"],
  ["-1.5e-7", "-0.00000015"],
  [".5", "0.5"],
  ["123456789012345678", "123456789012345678"],
  ["2024-01-02", "2024-01-02T00:00:00Z"],
  ["text", "text"],
  ["1 2", "1 2"],
])("a number in the clear is in the MAC as Go prints it: %s as %s", (text, mac) => {
  expect(macText({ kind: "scalar", type: "number", text, plain: true, line: 1 })).toBe(mac);
  expect(macText({ kind: "scalar", type: "string", text, plain: false, line: 1 })).toBe(text);
});

const age = { ...ME, PATH: process.env.PATH ?? "" };

for (const sops of moreConsumers("sops"))
  describe("beside the program sops itself", () => {
    const decrypted = async (file: string, identity: string): Promise<Record<string, string>> => {
      const type = file.endsWith(".enc") ? "binary" : "json";
      const { stdout, status } = await runProgram([sops, "decrypt", "--output-type", type, file], {
        cwd: SOPS,
        env: { SOPS_AGE_KEY: identity },
      });
      expect(status).toBe(0);
      const name = file.replace(/.*\//, "").replace(/\.enc$/, "");
      if (type === "binary") return { [name]: stdout };
      return Object.fromEntries(
        flatten(parseJsonTree(stdout, file), file).entries.map((each) => [each.name, each.value]),
      );
    };

    /** Numbers as JavaScript has them: sops prints `1e-9`, and encrypts `0.000000001`. */
    const asNumbers = (values: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          name,
          /^[\d.e+-]+$/.test(value) ? Number(value) : value,
        ]),
      );

    test.each(readdirSync(SOPS).filter((file) => file !== "VERSION"))("%s", async (file) => {
      const identity = file.startsWith("post-quantum") ? POST_QUANTUM : IDENTITY;
      const ours = await valuesOf(fixture(file), file, { ...age, SOPS_AGE_KEY: identity });
      expect(asNumbers(ours)).toEqual(asNumbers(await decrypted(file, identity)));
    });

    test("any values, in JSON, YAML and dotenv", async () => {
      const recipient = /age1\w+/.exec(readFileSync(join(FIXTURES, "identity.txt"), "utf8"))?.[0] ?? "";
      const value = fc.oneof(
        anyValue.filter((each) => each.isWellFormed() && !each.includes("\0")),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
      );
      const object = fc.dictionary(
        fc.stringMatching(/^[a-z]{1,6}$/).filter((key) => key !== "sops"),
        fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 })),
        { minKeys: 1, maxKeys: 8, noNullPrototype: true },
      );
      await fc.assert(
        fc.asyncProperty(object, fc.constantFrom("json", "yaml"), async (document, type) => {
          const plain = join(folder, "plain.json");
          writeFileSync(plain, JSON.stringify(document));
          const command = [
            sops,
            "encrypt",
            "--age",
            recipient,
            "--input-type",
            "json",
            "--output-type",
            type,
            plain,
          ];
          const { stdout, status } = await runProgram(command, { cwd: folder });
          expect(status).toBe(0);
          writeFileSync(join(folder, `f.${type}`), stdout);
          const ours = await valuesOf(stdout, `f.${type}`, ME);
          expect(asNumbers(ours)).toEqual(asNumbers(await decrypted(join(folder, `f.${type}`), IDENTITY)));
        }),
        { numRuns: 25 },
      );
    }, 120_000);
  });
