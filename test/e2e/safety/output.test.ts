import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { binary } from "../../support/binary.ts";
import { COMMAND_CASES } from "../../support/command-table.ts";
import { pprotect, runProgram } from "../../support/run.ts";
import { removeFolders, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";
import { answerAll, atTerminal } from "../../support/terminal.ts";

afterAll(removeFolders);

const CREDENTIALS = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
/** Assembled, so that this file passes our own guard. */
const VALUE = ["value", "of", "a", "secret", "7731"].join("-");
const OTHER_PASSPHRASE = ["another", "pass", "phrase", "7732"].join("-");
const RAW_KEY = `P${"5a".repeat(31)}zzP`;

describe("a confirmation shows the sealed text alone", () => {
  test.each([
    ["add-secret dev fresh --confirm --yes", VALUE],
    ["update-secret dev api-key --confirm --yes", VALUE],
    ["set-secret dev api-key --confirm --yes", VALUE],
    [
      "set-key-custodian-passphrase --new-passphrase-file new.pw --non-interactive --key-type fast --confirm --yes",
      "",
    ],
    ["add-key-custodian -u new@example.com --passphrase-file new.pw --key-type fast --confirm --yes", ""],
    ["rotate-domain-keys prod --confirm --yes", ""],
  ])("%s", async (line, input) => {
    const box = sandbox();
    await Bun.write(box.fresh.replace("fresh.pw", "new.pw"), OTHER_PASSPHRASE);
    const { status, stdout, stderr } = await pprotect(line.split(" "), {
      cwd: box.folder,
      env: CREDENTIALS,
      input,
    });
    expect([status, stdout]).toEqual([0, ""]);
    expect(stderr).toContain("Changes to be written:");
    for (const secret of [VALUE, OTHER_PASSPHRASE, ALICE.passphrase, "prod-token", "dev-api-key"]) {
      expect(stderr).not.toContain(secret);
    }
  });
});

describe("a message of failure has no secret in it", () => {
  const wrong = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: OTHER_PASSPHRASE };

  test.each([
    ["decrypt-domain prod", wrong, ""],
    ["decrypt-domain prod --json", wrong, ""],
    ["exec --domain prod -- true", wrong, ""],
    ["set-secret no-such-domain x", CREDENTIALS, VALUE],
    ["add-secret dev api-key", CREDENTIALS, VALUE],
    ["update-secret dev nothing", CREDENTIALS, VALUE],
    ["add-secret dev x --value-file -", CREDENTIALS, `${VALUE}\u00ff`],
    ["decrypt-domain prod --output-format env --secret api-key", CREDENTIALS, ""],
    ["exec --domain dev --prefix 1x -- true", CREDENTIALS, ""],
    ["exec --domain dev -- no-such-program", CREDENTIALS, ""],
    ["init --file n.yaml -u n@example.com --key-type raw --passphrase-file raw.pw", {}, ""],
    ["set-key-custodian-passphrase --new-passphrase-file none.pw --non-interactive", CREDENTIALS, ""],
    ["rotate-domain-keys prod --confirm --non-interactive", CREDENTIALS, ""],
  ] as const)("%s", async (line, env, input) => {
    const box = sandbox();
    box.write("raw.pw", RAW_KEY);
    const bytes = Buffer.from(input, "latin1");
    const { status, stdout, stderr } = await pprotect(line.split(" "), {
      cwd: box.folder,
      env,
      input: bytes,
    });
    expect(status).not.toBe(0);
    for (const secret of [VALUE, OTHER_PASSPHRASE, ALICE.passphrase, RAW_KEY, "prod-token", "dev-api-key"]) {
      expect(`${stdout}${stderr}`).not.toContain(secret);
    }
  });
});

describe("the kernel's records of processes", () => {
  test("the program of exec has no passphrase in its environment or arguments, nor has what it starts", async () => {
    const box = sandbox();
    const script = "cat /proc/$$/environ /proc/$$/cmdline; sh -c 'cat /proc/$$/environ'";
    const args = ["exec", "--env-prefix", "APP", "--domain", "prod", "--", "sh", "-c", script];
    const env = { ...CREDENTIALS, APP_USER: ALICE.name, APP_PASSPHRASE: ALICE.passphrase };
    const { status, stdout } = await pprotect(args, { cwd: box.folder, env });
    expect(status).toBe(0);
    expect(stdout.match(/token=prod-token/g)).toHaveLength(2);
    expect(stdout).not.toContain(ALICE.passphrase);
    expect(stdout).not.toMatch(/(?:APP|PPROTECT)_/);
  });

  test("nor has the shell that started it where the variable was for pprotect alone", async () => {
    const box = sandbox();
    const inner = 'tr "\\\\0" "\\\\n" </proc/$PPID/environ';
    const script = `PPROTECT_PASSPHRASE='${ALICE.passphrase}' '${binary()}' exec -u ${ALICE.name} --domain prod -- sh -c '${inner}'; true`;
    const { status, stdout } = await runProgram(["sh", "-c", script], { cwd: box.folder });
    expect([status, stdout.includes("PATH=")]).toEqual([0, true]);
    expect(stdout).not.toContain(ALICE.passphrase);
    expect(stdout).not.toContain("prod-token");
  });

  test("while it waits for a confirmation, no argument of pprotect or of what it started is a secret", async () => {
    const box = sandbox();
    const session = atTerminal(["set-secret", "prod", "token", "--confirm"], {
      cwd: box.folder,
      env: CREDENTIALS,
    });
    await session.answer("Secret value: ", VALUE);
    await session.waitFor("Write changes? [y/N] ");
    // Other tests run at the same time: only this session's processes count.
    const lines = processesIn(box.folder).map((pid) => contentOf(`/proc/${pid}/cmdline`));
    expect(lines.some((line) => line.includes("set-secret"))).toBe(true);
    expect(lines.join("\n")).not.toContain(VALUE);
    expect(lines.join("\n")).not.toContain(ALICE.passphrase);
    session.type("n\r");
    await session.exited;
    expect(session.screen()).not.toContain(VALUE);
  });
});

test("every command that asks for a passphrase hides it, and says it nowhere", async () => {
  const asking = COMMAND_CASES.filter(({ answers }) =>
    answers.some(([question]) => /assphrase: $/.test(question)),
  );
  expect(asking.length).toBeGreaterThan(8);
  for (const { args, answers, prepare } of asking) {
    const { folder } = await prepare();
    const session = atTerminal(args, { cwd: folder });
    await answerAll(session, answers);
    await session.exited;
    for (const [question, line] of answers) {
      if (/assphrase: $/.test(question)) expect(session.screen()).not.toContain(line);
    }
  }
});

/** The processes that work in a directory, and all that these started. */
function processesIn(directory: string): readonly string[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parentOf = (pid: string) => /^PPid:\s*(\d+)$/m.exec(contentOf(`/proc/${pid}/status`))?.[1] ?? "";
  const parents = new Map(all.map((pid) => [pid, parentOf(pid)]));
  const isMeant = (pid: string): boolean =>
    parents.has(pid) && (directoryOf(pid) === directory || isMeant(parents.get(pid) ?? ""));
  return all.filter(isMeant);
}

function directoryOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
