import { describe, expect, test } from "bun:test";
import { withOwnCredentials } from "../../../src/git/guard/own-credentials.ts";
import { KeyFile } from "../../../src/store/key-file.ts";

const RAW = `P${"0123456789abcdef".repeat(4)}P`;
const OTHER = `P${"fedcba9876543210".repeat(4)}P`;
const store = KeyFile.create().addCustodian({ name: "ci", passphrase: RAW }, "raw").data;

/** What is found in a file, as `LINE: RULE`. */
async function found(
  path: string,
  lines: readonly string[],
  prefixes: readonly string[] = ["PPROTECT", "CI"],
) {
  const added = lines.map((text, index) => ({ number: index + 1, text }));
  const at = (each: string) => Promise.resolve(each === "app/protected.yaml" ? store : undefined);
  const scanned = [{ path, line: 1, rule: "password-assignment", message: "" }];
  return withOwnCredentials(scanned, path, added, { prefixes, store: at });
}

describe("a key of a custodian", () => {
  test.each([RAW, `key = "${RAW}"  # for the build`])("is found, with the name: %s", async (line) => {
    const [, finding] = await found("app/sub/file.txt", ["", line]);
    expect(finding).toMatchObject({ line: 2, rule: "pprotect-raw-key" });
    expect(finding?.message).toContain('is the key of key custodian "ci" of app/protected.yaml');
    expect(finding?.message).not.toContain(RAW);
  });

  test("of another store, or that is let pass, is not", async () => {
    for (const [path, line] of [
      ["app/file", OTHER],
      ["other/file", RAW],
      ["app/file", `${RAW} pprotect:allow`],
      ["app/file", `${RAW}0`],
    ] as const) {
      expect(await found(path, ["", line])).toHaveLength(1);
    }
  });
});

describe("a passphrase in a variable of a prefix in use", () => {
  test.each([
    'export CI_PASSPHRASE="correct horse battery"',
    "CI_PASSPHRASE: zebra-horse-9",
    "  CI_PASSPHRASE: correct horse battery",
    "  CI_PASSPHRASE: correct horse battery # for the build",
    "CI_PASSPHRASE=zebra9",
  ])("is found, and the finding of any password is left out: %s", async (line) => {
    expect(await found("env.sh", [line])).toMatchObject([
      {
        line: 1,
        rule: "pprotect-passphrase",
        message: expect.stringContaining("set-key-custodian-passphrase"),
      },
    ]);
  });

  test.each([
    'CI_PASSPHRASE="$(op read x)"',
    "  CI_PASSPHRASE: $" + "{{ secrets.CI }}",
    "# Set CI_PASSPHRASE: the passphrase of the custodian",
    "CI_PASSPHRASE_FILE=x",
    "XCI_PASSPHRASE=zebra9",
    "DB_PASSPHRASE=zebra9",
  ])("is not what only names one: %s", async (line) => {
    expect(await found("env.sh", [line])).toMatchObject([{ rule: "password-assignment" }]);
  });

  test("a prefix with characters of a pattern is taken as it is", async () => {
    expect(await found("env.sh", ["A.B_PASSPHRASE=zebra9"], ["A.B"])).toMatchObject([
      { rule: "pprotect-passphrase" },
    ]);
    expect(await found("env.sh", ["AxB_PASSPHRASE=zebra9"], ["A.B"])).toMatchObject([
      { rule: "password-assignment" },
    ]);
  });
});
