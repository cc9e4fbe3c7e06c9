import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { FRESH_PASSPHRASE, removeFolders, type Sandbox, sandbox } from "../support/sandbox.ts";
import { ALICE, BOB, secretsOf } from "../support/stores.ts";
import { answerAll, atTerminal, CTRL_C, CTRL_D } from "../support/terminal.ts";

afterAll(removeFolders);

type Answers = readonly (readonly [question: string, line: string])[];

/** Commands that ask, with their answers; those that are hidden are {@link HIDDEN}. */
const dialogues: readonly (readonly [args: readonly string[], answers: Answers])[] = [
  [
    ["init", "--key-type", "fast", "--file", "new.yaml"],
    [
      ["User email: ", "zoë@example.com"],
      ["Passphrase: ", "sesam öffne dich, violette Tapioka"],
      ["Retype passphrase: ", "sesam öffne dich, violette Tapioka"],
    ],
  ],
  [
    ["init", "--key-type", "fast", "--file", "new.yaml", "-u", "zoë@example.com"],
    [
      ["Passphrase: ", "sesam"],
      ["Retype passphrase: ", "sesam"],
      ["Use it anyway? [y/N] ", "y"],
    ],
  ],
  [
    ["add-domain"],
    [
      ["User email: ", ALICE.name],
      ["Passphrase: ", ALICE.passphrase],
      ["Domain name: ", "stage"],
    ],
  ],
  [
    ["add-secret"],
    [
      ["Domain name: ", "dev"],
      ["Secret name: ", "fresh"],
      ["Secret value: ", "hunter2 'é' 🎲"],
    ],
  ],
  [
    ["migrate-owner"],
    [
      ["User email: ", ALICE.name],
      ["Passphrase: ", ALICE.passphrase],
      ["New owner email: ", BOB.name],
      ["Proceed? [y/N] ", "y"],
    ],
  ],
  [
    ["set-key-custodian-passphrase", "--key-type", "fast"],
    [
      ["User email: ", ALICE.name],
      ["Current passphrase: ", ALICE.passphrase],
      ["New passphrase: ", FRESH_PASSPHRASE],
      ["Retype new passphrase: ", FRESH_PASSPHRASE],
    ],
  ],
  [["rm-secret", "dev", "api-key", "--confirm"], [["Write changes? [y/N] ", "y"]]],
  [
    ["rekey-custodian", "--key-type", "raw"],
    [
      ["User email: ", BOB.name],
      ["Current passphrase: ", BOB.passphrase],
      ["Have you saved the key? Type YES to confirm: ", "YES"],
    ],
  ],
];

const HIDDEN = /passphrase|value/i;

/** What a folder's stores hold, to see whether anything was written. */
function written(box: Sandbox): string {
  return readFileSync(box.store, "utf8") + existsSync(box.path("new.yaml"));
}

describe.each(dialogues)("%j at a terminal", (args, answers) => {
  test("asks in order, shows names and hides passphrases and values, and leaves the terminal as it was", async () => {
    const box = sandbox();
    const before = written(box);
    const session = atTerminal(args, { cwd: box.folder });
    await answerAll(session, answers);
    expect(await session.exited).toBe(0);
    expect(session.modes()).toEqual(session.modesBefore);
    expect(written(box)).not.toBe(before);
    for (const [question, line] of answers) {
      if (HIDDEN.test(question)) expect(session.raw()).not.toContain(line);
      else expect(session.screen()).toContain(`${question}${line}`);
    }
  });

  test("ends at Ctrl-D at its first question: exit 1, nothing written, the terminal as it was", async () => {
    const box = sandbox();
    const before = written(box);
    const session = atTerminal(args, { cwd: box.folder });
    const [[question] = [""]] = answers;
    await session.waitFor(question);
    session.type(CTRL_D);
    expect(await session.exited).toBe(1);
    expect(session.modes()).toEqual(session.modesBefore);
    expect(session.screen()).toContain(`the input ended at the question "${question.trim()}"`);
    expect(written(box)).toBe(before);
  });
});

/** An environment whose git has this address. */
function gitEmail(box: Sandbox, email: string): Readonly<Record<string, string>> {
  return { GIT_CONFIG_GLOBAL: box.write("gitconfig", `[user]\n\temail = ${email}\n`) };
}

describe("at a terminal", () => {
  test("a passphrase that is retyped otherwise makes nothing", async () => {
    const box = sandbox(null);
    const session = atTerminal(["init", "--key-type", "fast"], { cwd: box.folder });
    await answerAll(session, [
      ["User email: ", ALICE.name],
      ...(Array.from({ length: 3 }, () => [
        ["Passphrase: ", "one"],
        ["Retype passphrase: ", "two"],
      ]).flat() as [string, string][]),
    ]);
    expect(await session.exited).toBe(1);
    expect(session.screen()).toContain("the passphrases do not match; nothing was changed");
    expect(existsSync(box.store)).toBe(false);
  });

  test("init offers the address of git's commits, and takes a name and a passphrase again that were mistyped", async () => {
    const box = sandbox(null);
    const args = ["init", "--key-type", "fast"];
    const env = gitEmail(box, ALICE.name);
    const session = atTerminal(args, { cwd: box.folder, env });
    await answerAll(session, [
      [`User email [${ALICE.name}]: `, ""],
      ["Passphrase: ", ""],
      ["Passphrase: ", FRESH_PASSPHRASE],
      ["Retype passphrase: ", "two"],
      ["Passphrase: ", FRESH_PASSPHRASE],
      ["Retype passphrase: ", FRESH_PASSPHRASE],
    ]);
    expect(await session.exited).toBe(0);
    expect(session.screen()).toContain("the new passphrase is empty; try again");
    expect(session.screen()).toContain("the passphrases do not match; try again");
    expect([...box.read().data.custodians.keys()]).toEqual([ALICE.name]);
  });

  test("a custodian's name is not offered twice, and one that exists can be corrected", async () => {
    const box = sandbox();
    const env = gitEmail(box, ALICE.name);
    const session = atTerminal(["add-key-custodian", "--key-type", "fast"], { cwd: box.folder, env });
    await answerAll(session, [
      ["User email: ", ALICE.name],
      [`key custodian ${ALICE.name} already exists`, "carol@example.com"],
      ["Passphrase: ", FRESH_PASSPHRASE],
      ["Retype passphrase: ", FRESH_PASSPHRASE],
    ]);
    expect(await session.exited).toBe(0);
    expect(box.read().data.custodians.has("carol@example.com")).toBe(true);
  });

  test("what is typed before it is asked is taken in order, and none of it is shown but names", async () => {
    const box = sandbox();
    const session = atTerminal(["add-secret"], { cwd: box.folder });
    await session.waitFor("Domain name: ");
    session.type("dev\rahead\rtyped ahead\r");
    expect(await session.exited).toBe(0);
    expect(session.raw()).not.toContain("typed ahead");
    expect(secretsOf(box.read(), "dev", BOB).ahead).toBe("typed ahead");
  });

  test("a wrong domain can be corrected, without the passphrase again", async () => {
    const box = sandbox();
    const session = atTerminal(["add-owner"], { cwd: box.folder });
    await session.answer("User email: ", ALICE.name);
    await session.answer("Passphrase: ", ALICE.passphrase);
    await session.answer("Domain name: ", "prdo");
    await session.waitFor('did you mean "prod"?');
    await session.answer("Domain name: ", "prod");
    await session.answer("New owner email: ", ALICE.name);
    await session.waitFor("already owns");
    await session.answer("New owner email: ", BOB.name);
    expect(await session.exited).toBe(0);
    expect(box.read().domainsOf(BOB.name)).toContain("prod");
  });

  test("what was typed ahead after a wrong domain is not taken for another one", async () => {
    const box = sandbox();
    const session = atTerminal(["add-secret"], { cwd: box.folder });
    await session.waitFor("Domain name: ");
    session.type("dve\rahead\rtyped ahead\r");
    expect(await session.exited).toBe(1);
    expect(session.screen()).not.toContain('no domain "ahead"');
  });

  test("a pasted value of several lines is refused whole, not cut to its first line", async () => {
    const box = sandbox();
    const before = written(box);
    const session = atTerminal(["add-secret", "dev", "cert"], { cwd: box.folder });
    await session.waitFor("Secret value: ");
    session.type("-----BEGIN-----\rMIIB\r-----END-----\r");
    expect(await session.exited).toBe(1);
    expect(session.screen()).toContain("--value-file");
    expect(session.raw()).not.toContain("MIIB");
    expect(written(box)).toBe(before);
  });

  test("Ctrl-C while the key is derived is heard: exit 130, and nothing is written", async () => {
    const box = sandbox();
    const before = written(box);
    const session = atTerminal(["add-domain", "stage"], { cwd: box.folder });
    await session.answer("User email: ", ALICE.name);
    await session.waitFor("Passphrase: ");
    session.type(`${ALICE.passphrase}\r${CTRL_C}`);
    expect(await session.exited).toBe(130);
    expect(written(box)).toBe(before);
  });

  test("Ctrl-Z at a prompt without a shell does nothing: it goes on", async () => {
    const box = sandbox();
    const session = atTerminal(["rm-domain", "--yes"], { cwd: box.folder });
    await session.waitFor("Domain name: ");
    session.type("\x1aprod\r");
    expect(await session.exited).toBe(0);
    expect(box.read().data.domains.has("prod")).toBe(false);
  });

  test("a line can be edited: backspace, and Ctrl-U", async () => {
    const box = sandbox();
    const session = atTerminal(["add-secret", "dev", "edited"], { cwd: box.folder });
    await session.waitFor("Secret value: ");
    session.type("wrong\x15rigth\x7f\x7fht\r");
    expect(await session.exited).toBe(0);
    expect(secretsOf(box.read(), "dev", BOB).edited).toBe("right");
  });

  test("a value that is typed stays, with the names on the line", async () => {
    const box = sandbox();
    const session = atTerminal(["update-secret", "dev", "api-key"], { cwd: box.folder });
    await session.answer("Secret value: ", "  spaces kept ");
    expect(await session.exited).toBe(0);
    expect(secretsOf(box.read(), "dev", BOB)["api-key"]).toBe("  spaces kept ");
  });

  test("an empty value at a prompt is noted", async () => {
    const box = sandbox();
    const session = atTerminal(["update-secret", "dev", "api-key"], { cwd: box.folder });
    await session.answer("Secret value: ", "");
    expect(await session.exited).toBe(0);
    expect(session.screen()).toContain("note: the value is empty\r\n");
    expect(secretsOf(box.read(), "dev", BOB)["api-key"]).toBe("");
  });

  test("the diff of --confirm is coloured, and not with NO_COLOR", async () => {
    for (const [env, coloured] of [
      [{}, true],
      [{ NO_COLOR: "1" }, false],
    ] as const) {
      const box = sandbox();
      const session = atTerminal(["rm-domain", "prod", "--confirm"], { cwd: box.folder, env });
      await session.waitFor("Write changes? [y/N] ");
      session.type("n\r");
      expect(await session.exited).toBe(1);
      expect(session.raw().includes("\x1b[31m-domain prod")).toBe(coloured);
    }
  });

  test("a raw value is followed by a line end, so that the prompt does not stick to it", async () => {
    const box = sandbox();
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
    const session = atTerminal(["decrypt-domain", "prod", "--secret", "token"], { cwd: box.folder, env });
    expect(await session.exited).toBe(0);
    expect(session.screen()).toBe("prod-token\r\n");
  });

  test("a program that exec runs has the terminal, Ctrl-C included", async () => {
    const box = sandbox();
    const script = "trap 'echo caught; exit 5' INT; test -t 0 && test -t 1 && echo ready; read line";
    const session = atTerminal(["exec", "--domain", "prod", "--", "sh", "-c", script], { cwd: box.folder });
    await answerAll(session, [
      ["User email: ", ALICE.name],
      ["Passphrase: ", ALICE.passphrase],
    ]);
    await session.waitFor("ready");
    expect(session.modes()).toEqual(session.modesBefore);
    session.type(CTRL_C);
    await session.waitFor("caught");
    expect(await session.exited).toBe(5);
  });
});

test("what is typed ahead is left for the program that takes our place", async () => {
  const box = sandbox();
  const given = ["--domain", "prod", "-u", ALICE.name, "--passphrase-file", box.alice];
  const session = atTerminal(["exec", ...given, "--", "sh", "-c", 'read -r line; echo "got: $line"'], {
    cwd: box.folder,
  });
  session.type("ahead\r");
  expect(await session.exited).toBe(0);
  expect(session.screen()).toContain("got: ahead");
});
