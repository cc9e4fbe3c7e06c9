import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { pprotect, type Result } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { BOB, secretsOf } from "../support/stores.ts";

afterAll(removeFolders);

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA==\n-----END CERTIFICATE-----\n";
const NASTY = 'it\'s "q" $HOME `id` \\ é 漢字 🎲\t\x1b[31m\r\n\n';

/** Adds a secret in one way, and reads it back. */
async function added(
  args: readonly string[],
  input: string | Uint8Array = "",
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<{ result: Result; value: string | undefined }> {
  const box = sandbox();
  for (const [name, content] of Object.entries(files)) box.write(name, content);
  const result = await pprotect(["add-secret", "dev", "new", ...args], { cwd: box.folder, input });
  return { result, value: secretsOf(box.read(), "dev", BOB).new };
}

describe("a value piped in", () => {
  test.each([
    ["hunter2", "hunter2"],
    ["hunter2\n", "hunter2"],
    ["hunter2\r\n", "hunter2"],
    ["hunter2\n\n", "hunter2\n\n"],
    ["one\r\ntwo\r\n", "one\r\ntwo\r\n"],
    ["one\ntwo", "one\ntwo"],
    [CERTIFICATE, CERTIFICATE],
    [`${NASTY}\n`, `${NASTY}\n`],
  ])("%j is the secret %j", async (input, value) => {
    const { result, value: stored } = await added([], input);
    expect([result.status, stored]).toEqual([0, value]);
    expect(result.stderr).toBe("Added secret new to dev.\n");
  });

  test.each(["\ufeffbom", "\ufeffbom\r\n"])("%j loses the byte order mark, which is said", async (input) => {
    const { result, value } = await added([], input);
    expect([result.status, value]).toEqual([0, "bom"]);
    expect(result.stderr).toBe(
      "note: a byte order mark before the value was dropped\nAdded secret new to dev.\n",
    );
  });

  test.each([
    ["nothing at all", ""],
    ["an empty line, as of an unset variable", "\n"],
  ])("of %s is refused, with how to store an empty value", async (_, piped) => {
    const { result, value } = await added([], piped);
    expect([result.status, value]).toEqual([1, undefined]);
    expect(result.stderr).toContain("--value-file /dev/null");
  });

  test("of a megabyte is kept", async () => {
    const value = "0123456789abcdef".repeat(65536);
    expect((await added([], value)).value).toBe(value);
  });

  test("that is not UTF-8 is refused, and nothing is written", async () => {
    const { result, value } = await added([], new Uint8Array([0x68, 0xff, 0xfe]));
    expect([result.status, value]).toEqual([1, undefined]);
    expect(result.stderr).toContain("not UTF-8");
  });
});

describe("--value-file", () => {
  test.each([CERTIFICATE, NASTY, "", "\n", "no line end"])(
    "keeps %j to the byte, from a file and from -",
    async (value) => {
      expect((await added(["--value-file", "v"], "", { v: value })).value).toBe(value);
      expect((await added(["--value-file", "-"], value)).value).toBe(value);
      expect((await added(["--value-file=-"], value)).value).toBe(value);
    },
  );

  test("and the secret have the names that they have in Pocket Protector", async () => {
    const box = sandbox();
    const put = (...args: readonly string[]) => pprotect(args, { cwd: box.folder, input: "new value" });
    const given = ["--domain", "dev", "--secret-name", "new"];
    expect((await put("add_secret", ...given, "--from-file", "-")).status).toBe(0);
    expect(secretsOf(box.read(), "dev", BOB).new).toBe("new value");
    expect((await put("update-secret", "dev", "--secret-name", "new")).status).toBe(0);
    const twice = await put("update-secret", "dev/api-key", "--secret-name", "new");
    expect([twice.status, twice.stderr]).toEqual([1, expect.stringContaining("not both")]);
  });

  test.each([
    ["none", "no such file"],
    [".", "is a directory"],
    ["bad", "not UTF-8"],
  ])("%s is refused: %s", async (file, message) => {
    const { result, value } = await added(["--value-file", file], "", { bad: new Uint8Array([0xc3, 0x28]) });
    expect([result.status, value]).toEqual([1, undefined]);
    expect(result.stderr).toContain(message);
  });
});

test("--value-file says that it kept the line end of a single line", async () => {
  const note = "note: the value ends with a line end, which was kept; from a pipe it would be dropped\n";
  const { result, value } = await added(["--value-file", "v"], "", { v: "line\n" });
  expect([value, result.stderr]).toEqual(["line\n", `${note}Added secret new to dev.\n`]);
  for (const quiet of ["line", CERTIFICATE, "", "\n"]) {
    expect((await added(["--value-file", "v"], "", { v: quiet })).result.stderr).toBe(
      "Added secret new to dev.\n",
    );
  }
});

describe("--generate", () => {
  test.each([
    [["--generate"], 32],
    [["--generate", "48"], 48],
    [["--generate=1"], 1],
  ])("%j", async (args, length) => {
    const { result, value } = await added(args);
    expect(result.status).toBe(0);
    expect(value).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
    expect(result.stdout).toBe("");
    expect(result.stderr).toMatch(
      /^Added secret new to dev\.\nThe generated value has \d+ bits of entropy\.\n$/,
    );
  });

  test.each([["--generate=0"], ["--generate=x"], ["--generate=99999"], ["--generate=-5"]])(
    "%s is refused",
    async (arg) => {
      expect((await added([arg])).result.status).toBe(1);
    },
  );

  test("together with --value-file is refused", async () => {
    expect((await added(["--generate", "--value-file", "v"], "", { v: "x" })).result.status).toBe(1);
  });

  test("before the names leaves them alone", async () => {
    const box = sandbox();
    const result = await pprotect(["add-secret", "--generate", "48", "dev", "new"], { cwd: box.folder });
    expect(result.status).toBe(0);
    expect(secretsOf(box.read(), "dev", BOB).new).toHaveLength(48);
  });
});

describe("what is wrong with the names is said before a value is read", () => {
  test.each([
    [["add-secret", "dev", "api-key"], "already exists"],
    [["update-secret", "dev", "api-kye"], 'did you mean "api-key"?'],
    [["set-secret", "dve", "x"], 'no domain "dve"'],
    [["add-secret", "dev", "2 two"], "invalid secret name"],
    [["add-secret", "dev", ""], "no secret name given"],
    [["add-secret", "--domain", "dev", "dev", "x"], "--domain gives the domain already"],
  ])("%j", async (args, message) => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const result = await pprotect(args, { cwd: box.folder, input: "value" });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/^pprotect: [^\n]+\n(?:hint: [^\n]+\n)?$/);
    expect(result.stderr).toContain(message);
    expect(readFileSync(box.store, "utf8")).toBe(before);
  });
});

test("a value never comes from an argument", async () => {
  const { result, value } = await added(["hunter2"]);
  expect([result.status, value]).toEqual([1, undefined]);
});
