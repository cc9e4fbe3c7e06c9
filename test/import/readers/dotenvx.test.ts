import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { PprotectError } from "../../../src/common/errors.ts";
import { readEntries } from "../../../src/import/read-entries.ts";
import { dotenvxKeyVariable } from "../../../src/import/readers/dotenvx.ts";
import { writeDotenv } from "../../../src/import/writers/dotenv.ts";
import { variableValue } from "../../support/import-values.ts";
import { runProgram } from "../../support/run.ts";

const folder = mkdtempSync(join(tmpdir(), "pprotect-dotenvx-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const manifest = createRequire(import.meta.url).resolve("@dotenvx/dotenvx/package.json");
const DOTENVX = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.dotenvx);

/** Encrypts a file with the real dotenvx. */
async function encrypted(text: string, name = ".env"): Promise<{ text: string; key: string }> {
  const directory = mkdtempSync(join(folder, "project-"));
  writeFileSync(join(directory, name), text);
  const { status } = await runProgram([Bun.which("node") ?? "node", DOTENVX, "encrypt", "-f", name], {
    cwd: directory,
  });
  expect(status).toBe(0);
  const keys = readFileSync(join(directory, ".env.keys"), "utf8");
  return {
    text: readFileSync(join(directory, name), "utf8"),
    key: /^DOTENV_PRIVATE_KEY\w*=["']?([0-9a-f]{64})/m.exec(keys)?.[1] ?? "",
  };
}

async function read(text: string, environment: Record<string, string>, file = ".env") {
  return readEntries(Buffer.from(text), { file, environment });
}

async function refusalOf(
  text: string,
  environment: Record<string, string>,
  file?: string,
): Promise<PprotectError> {
  try {
    await read(text, environment, file);
  } catch (error) {
    return error as PprotectError;
  }
  throw new Error("it was read");
}

test("a file that dotenvx encrypted, with its private key", async () => {
  const { text, key } = await encrypted("# note\nA=plain\nB='two words'\nC=\nexport D=\"it's\"\n");
  expect(text).toContain("encrypted:");
  const { format, entries, notes } = await read(text, { DOTENV_PRIVATE_KEY: key });
  expect(format).toBe("dotenvx");
  expect(Object.fromEntries(entries.map(({ name, value }) => [name, value]))).toEqual({
    A: "plain",
    B: "two words",
    C: "",
    D: "it's",
  });
  expect(notes.map(({ kind, name }) => `${kind}:${name}`)).not.toContain("reference:A");
});

test("a file of an environment has its own key, and several may be given", async () => {
  const { text, key } = await encrypted("A=plain\n", ".env.production");
  const wrong = "1".repeat(64);
  for (const variables of [
    { DOTENV_PRIVATE_KEY_PRODUCTION: key },
    { DOTENV_PRIVATE_KEY_PRODUCTION: `${wrong},${key}` },
    { DOTENV_PRIVATE_KEY: key },
  ]) {
    expect((await read(text, variables, "dir/.env.production")).entries).toMatchObject([
      { name: "A", value: "plain" },
    ]);
  }
});

test.each([
  [".env", "DOTENV_PRIVATE_KEY"],
  ["-", "DOTENV_PRIVATE_KEY"],
  ["a/.env.production", "DOTENV_PRIVATE_KEY_PRODUCTION"],
  [".env.ci-test.local", "DOTENV_PRIVATE_KEY_CI_TEST_LOCAL"],
])("the key of %s is in %s", (file, variable) => {
  expect(dotenvxKeyVariable(file)).toBe(variable);
});

test("no key, a wrong one, none at all, and damaged values", async () => {
  const { text, key } = await encrypted("A=hunter2\n");
  const none = await refusalOf(text, {});
  expect([none.code, none.message]).toEqual([
    "missing_credentials",
    "the file is encrypted by dotenvx, and DOTENV_PRIVATE_KEY is not set",
  ]);
  const malformed = await refusalOf(text, { DOTENV_PRIVATE_KEY: "hunter2" });
  expect(malformed.code).toBe("missing_credentials");
  expect(malformed.message).not.toContain("hunter2");
  const wrong = await refusalOf(text, { DOTENV_PRIVATE_KEY: "1".repeat(64) });
  expect(wrong.code).toBe("invalid_import");
  expect(wrong.message).toMatch(/^\.env:\d+: "A" does not open with the private key of DOTENV_PRIVATE_KEY$/);
  const value = /encrypted:([^"\s]+)/.exec(text)?.[1] ?? "";
  const bytes = Buffer.from(value, "base64");
  for (const at of [0, 1, 64, 65, 80, 81, 96, bytes.length - 1]) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const error = await refusalOf(text.replace(value, damaged.toString("base64")), {
      DOTENV_PRIVATE_KEY: key,
    });
    expect(error.code).toBe("invalid_import");
  }
  for (const short of ["", "AA==", "!", bytes.subarray(0, 96).toString("base64")]) {
    expect((await refusalOf(text.replace(value, short), { DOTENV_PRIVATE_KEY: key })).code).toBe(
      "invalid_import",
    );
  }
});

test("any values that dotenvx can encrypt", async () => {
  const held = fc.array(variableValue, { minLength: 5, maxLength: 60 }).map((values) =>
    values.flatMap((value, index) => {
      try {
        return value === "" || writeDotenv([{ name: "A", value }]) === ""
          ? []
          : [{ name: `V${index}`, value }];
      } catch {
        return [];
      }
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      held.filter((entries) => entries.length > 0),
      async (entries) => {
        const { text, key } = await encrypted(writeDotenv(entries));
        const found = (await read(text, { DOTENV_PRIVATE_KEY: key })).entries;
        expect(found.map(({ name, value }) => ({ name, value }))).toEqual(entries);
      },
    ),
    { numRuns: 4, endOnFailure: true },
  );
}, 120_000);
