import { afterAll, describe, expect, test } from "bun:test";
import { binary } from "../support/binary.ts";
import { mergeRepository } from "../support/git-repository.ts";
import { pprotect, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, sampleStore } from "../support/stores.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

const NASTY: Readonly<Record<string, string>> = {
  backslash: "\\ \\n \\",
  backtick: "`id` $(id) $HOME $" + "{HOME}",
  empty: "",
  glob: "* ? [a] ~ ! #",
  newline: "\nline 1\n\nline 2",
  quotes: 'it\'s "quoted" \'\'\' """',
  semicolon: "; rm -rf /tmp/nothing & |",
  spaces: "  leading and trailing  ",
  tab: "a\tb\rc",
  unicode: "secrët-välue ✓ 漢字 🎲 \u200b\u202e",
};

const nasty = sandbox(
  Object.entries(NASTY)
    .reduce(
      (file, [name, value]) => file.addSecret("dev", name, value),
      sampleStore().removeSecret("dev", "api-key").removeSecret("dev", "db-password"),
    )
    .toString(),
);

describe("decrypt-domain", () => {
  test("prints JSON, sorted and indented", async () => {
    const result = await pprotect(["decrypt-domain", "dev"], { cwd: nasty.folder, env });
    expect(JSON.parse(result.stdout)).toEqual(NASTY);
    expect(result.stdout).toBe(`${JSON.stringify(NASTY, undefined, 2)}\n`);
    expect(result.stderr).toBe("");
  });

  test.each(Object.entries(NASTY))("--secret %s is the raw value, to the byte", async (name, value) => {
    const result = await pprotect(["decrypt-domain", "dev", "--secret", name], { cwd: nasty.folder, env });
    expect(Buffer.from(result.bytes).toString("hex")).toBe(Buffer.from(value).toString("hex"));
  });

  test.each(["sh", "bash"])(
    "--output-format shell, evaluated by %s, gives every value back",
    async (shell) => {
      const names = Object.keys(NASTY);
      const script =
        `eval "$('${binary()}' decrypt-domain dev --output-format shell)" && ` +
        `sh -c '${names.map((name) => `printf "%s\\\\0" "$${name}"`).join("; ")}'`;
      const result = await runProgram([shell, "-c", script], { cwd: nasty.folder, env });
      expect(result.stdout.split("\0").slice(0, -1)).toEqual(Object.values(NASTY));
    },
  );

  test("--format, --output-format, env and dotenv are the same", async () => {
    const format = async (...args: readonly string[]) =>
      (await pprotect(["decrypt-domain", "prod", ...args], { cwd: nasty.folder, env })).stdout;
    for (const option of ["--format", "--output-format", "--output_format"])
      for (const name of ["env", "dotenv"]) expect(await format(option, name)).toBe("token=prod-token\n");
  });

  test("dotenv refuses by name what readers do not agree about, and prints nothing", async () => {
    const args = ["decrypt-domain", "dev", "--format", "dotenv"];
    const result = await pprotect(args, { cwd: nasty.folder, env });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toMatch(
      /^pprotect: secret "\w+" .*so dotenv format cannot hold it\nhint: --format shell can/,
    );
  });

  test("--secret with a format is one entry of it", async () => {
    const args = ["decrypt-domain", "dev", "--secret", "empty", "--output-format", "env"];
    expect((await pprotect(args, { cwd: nasty.folder, env })).stdout).toBe("empty=\n");
  });

  test("env and shell refuse a name that is not an identifier, and print nothing", async () => {
    const box = sandbox();
    for (const format of ["env", "shell"]) {
      const args = ["decrypt-domain", "dev", "--output-format", format];
      const result = await pprotect(args, { cwd: box.folder, env });
      expect([result.status, result.stdout]).toEqual([1, ""]);
      expect(result.stderr).toContain("is not a valid variable name");
    }
  });

  test("refuses a format that it does not know, and names those that it does", async () => {
    const args = ["decrypt-domain", "dev", "--output-format", "xml"];
    const result = await pprotect(args, { cwd: nasty.folder, env });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toMatch(/json.*dotenv.*shell.*env/);
  });

  test.each([
    [["decrypt-domain", "dve"], 'no domain "dve"'],
    [["decrypt-domain", "dev", "--secret", "emtpy"], 'did you mean "empty"?'],
  ])("%j names what is near", async (args, message) => {
    const result = await pprotect(args, { cwd: nasty.folder, env });
    expect([result.status, result.stdout]).toEqual([1, ""]);
    expect(result.stderr).toContain(message);
  });
});

test("a reader that goes away causes no error message and no stack trace", async () => {
  const script = `'${binary()}' list-audit-log | true; '${binary()}' decrypt-domain dev | head -c 1`;
  const result = await runProgram(["sh", "-c", script], { cwd: nasty.folder, env });
  expect(result.stdout).toBe("{");
  expect(result.stderr).toBe("");
});

test("names from a file cannot speak to the terminal", async () => {
  const evil = "dev\x1b]0;owned\x07";
  const text = sampleStore()
    .toString()
    .replace(/^dev:$/m, `"${evil.replace("\x1b", "\\e").replace("\x07", "\\a")}":`);
  const box = sandbox(text);
  const runs = [
    ["list-domains"],
    ["list-all-secrets"],
    ["rm-domain", "nope"],
    ["rm-domain", evil],
    ["list-user-secrets"],
  ];
  for (const args of runs) {
    const result = await pprotect(args, { cwd: box.folder, env });
    expect(result.stdout + result.stderr).not.toMatch(/[\x1b\x07]/);
  }
});

test("nor in the JSON of a report, where JSON itself escapes no C1 control", async () => {
  const evil = "dev\u009b31m\u202e\u2028";
  const repository = await mergeRepository();
  await repository.commitStore(sampleStore().toString(), "start");
  await repository.commitStore(
    sampleStore()
      .toString()
      .replace(/^dev:$/m, `${JSON.stringify(evil)}:`),
    "evil",
  );
  for (const args of [
    ["access", "--format", "json"],
    ["git", "summary", "HEAD~1..HEAD", "--format", "json"],
  ]) {
    const { stdout } = await repository.pprotect(args);
    expect(stdout).toContain('dev\\u009b31m\\u202e\\u2028"');
    expect(stdout).not.toMatch(/[\u009b\u202e\u2028]/);
  }
});
