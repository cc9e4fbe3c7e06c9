import { afterAll, describe, expect, test } from "bun:test";
import { binary } from "../support/binary.ts";
import { pprotect } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, secretsOf } from "../support/stores.ts";
import { atTerminal, programAtTerminal, type TerminalSession } from "../support/terminal.ts";

afterAll(removeFolders);

const box = sandbox();

/** A line in a shell at a terminal; `pprotect` is the binary. */
function shell(line: string, folder = box.folder): TerminalSession {
  return programAtTerminal(["sh", "-c", `pprotect() { '${binary()}' "$@"; }; ${line}`], { cwd: folder });
}

const AS_ALICE = `-u ${ALICE.name}`;

describe("a question goes to the terminal where standard input is", () => {
  test.each(["", "--redact", "--as-file token"])("the program's: exec %s", async (mode) => {
    const session = shell(`echo data | pprotect exec --domain prod ${AS_ALICE} ${mode} -- cat`);
    await session.answer("Passphrase: ", ALICE.passphrase);
    expect(await session.exited).toBe(0);
    expect(session.screen()).toEndWith("\r\ndata\r\n");
    expect(session.screen()).not.toContain(ALICE.passphrase);
    expect(session.modes()).toEqual(session.modesBefore);
  });

  test("the text to redact", async () => {
    const session = shell(`echo a prod-token | pprotect redact --domain prod ${AS_ALICE}`);
    await session.answer("Passphrase: ", ALICE.passphrase);
    expect(await session.exited).toBe(0);
    expect(session.screen()).toEndWith("a [REDACTED:token]\r\n");
  });

  test("the template of inject", async () => {
    const session = shell(`echo '{{prod/token}}' | pprotect inject ${AS_ALICE} -`);
    await session.answer("Passphrase: ", ALICE.passphrase);
    expect(await session.exited).toBe(0);
    expect(session.screen()).toEndWith("\r\nprod-token\r\n");
  });

  test("a value that is to be confirmed", async () => {
    const own = sandbox();
    const session = shell("printf piped | pprotect set-secret prod token --confirm", own.folder);
    await session.answer("Write changes? [y/N] ", "y");
    expect(await session.exited).toBe(0);
    expect(secretsOf(own.read(), "prod", ALICE)).toEqual({ token: "piped" });
  });

  test("and is written to the terminal, wherever standard error goes", async () => {
    const session = shell(`echo data | pprotect exec --domain prod ${AS_ALICE} -- cat 2>/dev/null`);
    await session.answer("Passphrase: ", ALICE.passphrase);
    expect(await session.exited).toBe(0);
  });

  test("Ctrl-C at it ends the command, and the program does not run", async () => {
    const session = shell(`echo data | pprotect exec --domain prod ${AS_ALICE} -- echo ran`);
    await session.waitFor("Passphrase: ");
    session.type("\x03");
    expect(await session.exited).toBe(130);
    expect(session.screen()).not.toContain("ran");
  });
});

describe("without a terminal", () => {
  test("the first lines answer, and the program gets the others", async () => {
    const { stdout } = await pprotect(["exec", "--domain", "prod", "--", "cat"], {
      cwd: box.folder,
      input: `${ALICE.name}\n${ALICE.passphrase}\ndata\n`,
    });
    expect(stdout).toBe("data\n");
  });

  test("a wrong passphrase is not asked for again", async () => {
    const { status, stdout, stderr } = await pprotect(["list-user-secrets", "-u", ALICE.name], {
      cwd: box.folder,
      input: `wrong\n${ALICE.passphrase}\n`,
    });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`wrong passphrase for ${ALICE.name}`);
  });
});

describe("a wrong passphrase at a terminal", () => {
  test("is asked for again, twice at most", async () => {
    const session = atTerminal(["list-user-secrets", "-u", ALICE.name], { cwd: box.folder });
    await session.answer("Passphrase: ", "wrong");
    await session.waitFor("Wrong passphrase, try again.");
    await session.answer("Passphrase: ", "wrong");
    await session.answer("Passphrase: ", ALICE.passphrase);
    expect(await session.exited).toBe(0);
    expect(session.screen()).toContain("prod: token");
    expect(session.screen().split("Verify passphrase for")).toHaveLength(2);
  });

  test("three times ends the command", async () => {
    const session = atTerminal(["list-user-secrets"], { cwd: box.folder });
    await session.answer("User email: ", ALICE.name);
    for (const _ of [1, 2, 3]) await session.answer("Passphrase: ", "wrong");
    expect(await session.exited).toBe(1);
    expect(session.screen()).toContain("user from the prompt, passphrase from the prompt");
  });

  test("is not asked for again if it came from the environment", async () => {
    const session = atTerminal(["list-user-secrets", "-u", ALICE.name], {
      cwd: box.folder,
      env: { PPROTECT_PASSPHRASE: "wrong" },
    });
    expect(await session.exited).toBe(1);
  });
});

describe("a passphrase in the environment", () => {
  test.each([
    ["a line end", `${ALICE.passphrase}\n`, "; the passphrase ends with a line end"],
    ["CRLF", `${ALICE.passphrase}\r\n`, "; the passphrase ends with a line end"],
    ["a byte order mark", `\ufeff${ALICE.passphrase}`, "; the passphrase begins with a byte order mark"],
  ])("with %s is wrong, and the error says why", async (_, passphrase, why) => {
    const { status, stderr } = await pprotect(["list-user-secrets"], {
      cwd: box.folder,
      env: { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: passphrase },
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining(why)]);
  });
});
