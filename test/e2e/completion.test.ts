import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync } from "node:fs";
import { COMPLETION_SCRIPTS, SHELLS } from "../../src/cli/completion/scripts.ts";
import { HARD_COST } from "../../src/crypto/key-derivation.ts";
import { binary } from "../support/binary.ts";
import { COMMAND_CASES } from "../support/command-table.ts";
import { interopStore } from "../support/fixtures.ts";
import { peakMemory } from "../support/peak-memory.ts";
import { pprotect, type RunOptions, runProgram } from "../support/run.ts";
import { removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, storeOfDomains } from "../support/stores.ts";
import { atTerminal } from "../support/terminal.ts";

afterAll(removeFolders);

/** What a script sends for a line whose last word is at the cursor. */
function question(...words: readonly string[]): string {
  return [String(words.length), "pprotect", ...words].map((field) => `${field}\0`).join("");
}

async function answer(box: Sandbox, ...words: readonly string[]): Promise<string[]> {
  const result = await pprotect(["__complete", "zsh"], { cwd: box.folder, input: question(...words) });
  expect([result.status, result.stderr]).toEqual([0, ""]);
  return result.stdout.split("\n").slice(0, -1);
}

describe("`pprotect completion`", () => {
  test("gives a program the same script", async () => {
    const { stdout } = await pprotect(["completion", "zsh", "--json"], { cwd: sandbox(null).folder });
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      command: "completion",
      result: { shell: "zsh", script: COMPLETION_SCRIPTS.zsh },
      next_actions: [],
    });
  });

  test("names the shells that it knows when it is asked for another", async () => {
    const { status, stderr } = await pprotect(["completion", "tcsh"], { cwd: sandbox(null).folder });
    expect(status).toBe(1);
    for (const shell of SHELLS) expect(stderr).toContain(shell);
  });
});

describe("names are", () => {
  const box = sandbox();

  test.each([
    [
      ["rm-domain", ""],
      ["dev", "prod"],
    ],
    [
      ["rm-secret", "dev", ""],
      ["api-key", "db-password"],
    ],
    [
      ["decrypt-domain", "--secret", ""],
      ["api-key", "db-password", "token"],
    ],
    [
      ["add-secret", "prod", ""],
      ["api-key", "db-password"],
    ],
    [["add-secret", "dev", ""], ["token"]],
    [
      ["get", ""],
      ["dev", "prod"],
    ],
    [
      ["get", "dev/"],
      ["dev", "dev/api-key", "dev/db-password", "prod"],
    ],
    [
      ["add-secret", "dev/"],
      ["dev", "dev/token", "prod"],
    ],
    [
      ["move-secret", "dev", ""],
      ["api-key", "db-password", "dev", "prod"],
    ],
    [
      ["move-secret", "prod", "token", ""],
      ["dev", "prod"],
    ],
    [["add-domain", ""], []],
    [
      ["rm-key-custodian", ""],
      [ALICE.name, BOB.name],
    ],
    [["add-owner", "prod", ""], [BOB.name]],
    [["add-owner", "dev", ""], []],
    [["rm-owner", "prod", ""], [ALICE.name]],
    [
      ["rm-owner", "dev", ""],
      [ALICE.name, BOB.name],
    ],
    [["rm-owner", "nowhere", ""], []],
    [["git", "resolve", "--take", ""], []],
  ])("those that fit: %j", async (words, expected) => {
    expect((await answer(box, ...words)).slice(1)).toEqual(expected);
  });

  test("those of the store in a parent of the directory, and of one under the home directory", async () => {
    const { folder, path, write } = sandbox();
    mkdirSync(path(".git"));
    mkdirSync(path("deep/er"), { recursive: true });
    write("home.yaml", storeOfDomains(["at-home"]));
    const env = { HOME: folder };
    const ask = async (...words: readonly string[]) =>
      (await pprotect(["__complete", "zsh"], { cwd: path("deep/er"), env, input: question(...words) }))
        .stdout;
    expect(await ask("rm-domain", "")).toBe("words\ndev\nprod\n");
    expect(await ask("rm-domain", "--file", "~/home.yaml", "")).toBe("words\nat-home\n");
  });

  test("for --take those of the conflicts of a merge, with both sides", async () => {
    const prepare = COMMAND_CASES.find(({ name }) => name === "git resolve")?.prepare;
    if (!prepare) throw new Error("no repository in conflict");
    expect(await answer(await prepare(), "git", "resolve", "--take", "")).toEqual([
      "words",
      "dev/api-key=ours",
      "dev/api-key=theirs",
    ]);
  });

  test("without those that a terminal would not show as they are", async () => {
    const names = ["fine", "tab\there", "line\nend", "\x1b[2J", "right\u202eleft", "\u2028", "", "é漢🎲"];
    const hostile = sandbox(storeOfDomains(names));
    expect((await answer(hostile, "rm-domain", "")).slice(1)).toEqual(["fine", "é漢🎲"]);
  });
});

describe("whatever is wrong, nothing is printed, and exit 0:", () => {
  const silent = { status: 0, stdout: "", stderr: "" };

  async function asked(args: readonly string[], options: RunOptions) {
    const { status, stdout, stderr } = await pprotect(["__complete", ...args], options);
    return { status, stdout, stderr };
  }

  test.each([
    ["no store", null],
    ["an empty one", ""],
    ["a broken one", "dev: ["],
    ["one with conflict markers", "<<<<<<< ours\n=======\n>>>>>>> theirs\n"],
    ["bytes", new Uint8Array([0, 255, 254])],
  ])("%s", async (_, text) => {
    expect(await asked(["zsh"], { cwd: sandbox(text).folder, input: question("rm-domain", "") })).toEqual(
      silent,
    );
  });

  test("a directory, a pipe, a device, and a file that may not be read, in the store's place", async () => {
    const { folder, path, write } = sandbox(null);
    await runProgram(["mkfifo", "pipe"], { cwd: folder });
    mkdirSync(path("folder"));
    chmodSync(write("closed.yaml", "dev: ["), 0);
    for (const file of [
      "folder",
      "pipe",
      "/dev/zero",
      "closed.yaml",
      "folder/none",
      "nul\u0001",
      "a".repeat(9000),
    ]) {
      const input = question("rm-domain", "--file", file, "");
      expect([file, await asked(["zsh"], { cwd: folder, input })]).toEqual([file, silent]);
    }
  });

  test("no line, half a line, a cursor that is nowhere, a shell that is not known", async () => {
    const cwd = sandbox().folder;
    for (const args of [["zsh"], ["bash"], ["fish"], ["tcsh"], []]) {
      for (const input of [
        "",
        "x",
        "\0",
        "9\0pprotect\0",
        "-1\0pprotect\0",
        "zzz\0pprotect\0\0",
        "\0\0\0\0",
      ]) {
        const { status, stderr } = await asked(args, { cwd, input });
        expect([args, input, status, stderr]).toEqual([args, input, 0, ""]);
      }
    }
  });

  test("a terminal or nothing at all as standard input, and nobody who reads", async () => {
    const { folder } = sandbox();
    const session = atTerminal(["__complete", "zsh"], { cwd: folder });
    expect([await session.exited, session.screen()]).toEqual([0, ""]);
    for (const redirection of ["<&-", "</dev/null", "<input >&-", "<input | true"]) {
      await Bun.write(`${folder}/input`, question(""));
      const result = await runProgram(["sh", "-c", `"$0" __complete zsh ${redirection}`, binary()], {
        cwd: folder,
      });
      expect([redirection, result.status, result.stdout, result.stderr]).toEqual([redirection, 0, "", ""]);
    }
  });
});

test("no key is derived, whatever credentials are at hand", async () => {
  const { bytes, passphrases } = interopStore("hard");
  const [[name, passphrase] = ["", ""]] = Object.entries(passphrases);
  const options = {
    cwd: sandbox(bytes).folder,
    env: { PPROTECT_USER: name, PPROTECT_PASSPHRASE: passphrase },
  };
  const completing = await peakMemory(["__complete", "zsh"], {
    ...options,
    input: question("decrypt-domain", ""),
  });
  expect(completing).toBeLessThan(HARD_COST.memlimit);
  expect(await peakMemory(["list-user-secrets"], options)).toBeGreaterThan(HARD_COST.memlimit);
});

test("what asks for candidates is in no list of commands", async () => {
  const { folder } = sandbox();
  expect((await pprotect(["--help"], { cwd: folder })).stdout).not.toContain("__complete");
  expect((await answer(sandbox(), "")).join("\n")).not.toContain("__complete");
});
