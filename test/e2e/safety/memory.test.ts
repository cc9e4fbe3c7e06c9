import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { binary } from "../../support/binary.ts";
import { interopStore } from "../../support/fixtures.ts";
import { needs } from "../../support/programs.ts";
import { pprotect, runProgram } from "../../support/run.ts";
import { removeFolders, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";
import { programAtTerminal, type TerminalSession } from "../../support/terminal.ts";
import { DROPPING_RIGHTS, openToEveryone, withoutRights } from "../../support/unprivileged.ts";

afterAll(removeFolders);

const PASSPHRASE = ["core", "of", "the", "matter"].join("-");

/** Commands at their first question: one that is about to take a passphrase or a value, and one that never will. */
const AT_A_SECRET = [
  ["decrypt-domain", "User email: "],
  ["init --file new.yaml -u new@example.com", "Passphrase: "],
  ["add-secret dev new", "Secret value: "],
  ["set-key-custodian-passphrase", "User email: "],
] as const;
const WITHOUT_SECRETS = ["list-domain-secrets", "Domain name: "] as const;

/** The process under a shell that waits for it. */
async function childOf(pid: number): Promise<number> {
  for (;;) {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    if (child) return Number(child);
    await Bun.sleep(5);
  }
}

describe("a process that dies by a signal which dumps core", () => {
  /** What a shell says of it, and what it leaves: the shell allows dumps of any size. */
  async function dieAt(
    line: string,
    question: string,
    keys: string,
  ): Promise<{ said: string; files: string[] }> {
    const box = sandbox();
    const script = 'ulimit -c unlimited; "$0" "$@"; exit';
    const session = programAtTerminal(["sh", "-c", script, binary(), ...line.split(" ")], {
      cwd: box.folder,
    });
    await session.waitFor(question);
    session.type(keys);
    await Bun.sleep(50);
    process.kill(await childOf(session.pid), "SIGQUIT");
    await session.exited;
    const files = readdirSync(box.folder).filter((name) => /core/.test(name));
    return { said: session.screen(), files };
  }

  test.each(AT_A_SECRET)("leaves none where a secret is asked for: %s", async (line, question) => {
    const { said, files } = await dieAt(line, question, PASSPHRASE);
    expect(said).toContain("Quit");
    expect(said).not.toContain("core dumped");
    expect(files).toEqual([]);
  });

  test("would leave one otherwise: a command that never sees a secret does", async () => {
    const { said } = await dieAt(...WITHOUT_SECRETS, "");
    expect(said).toContain("core dumped");
  });
});

describe.if(needs(...DROPPING_RIGHTS))(
  "another process of the same user, at a question for a secret,",
  () => {
    async function atQuestion(line: string, question: string): Promise<TerminalSession> {
      const box = sandbox();
      const command = withoutRights([openToEveryone(box), ...line.split(" ")]);
      const session = programAtTerminal(command, {
        cwd: box.folder,
        env: { PPROTECT_PASSPHRASE: PASSPHRASE },
      });
      await session.waitFor(question);
      return session;
    }
    const readAsSameUser = (path: string) =>
      runProgram(withoutRights(["head", "-c", "100000", path]), { cwd: "/" });

    test.each(AT_A_SECRET)("reads neither memory nor environment: %s", async (line, question) => {
      const session = await atQuestion(line, question);
      for (const name of ["environ", "mem", "maps"]) {
        const { status, stdout, stderr } = await readAsSameUser(`/proc/${session.pid}/${name}`);
        expect([status, stdout]).toEqual([1, ""]);
        expect(stderr).toContain("Permission denied");
      }
      expect(readFileSync(`/proc/${session.pid}/limits`, "utf8")).toMatch(/^Max core file size +0 /m);
      process.kill(session.pid, "SIGKILL");
      await session.exited;
    });

    test("would otherwise: a command that never sees a secret is open", async () => {
      const session = await atQuestion(...WITHOUT_SECRETS);
      expect((await readAsSameUser(`/proc/${session.pid}/environ`)).stdout).toContain(PASSPHRASE);
      expect((await readAsSameUser(`/proc/${session.pid}/maps`)).status).toBe(0);
      process.kill(session.pid, "SIGKILL");
      await session.exited;
    });
  },
);

test.if(needs(...DROPPING_RIGHTS))(
  "without root's rights, keys are derived by the addon all the same, and a passphrase comes through a pipe",
  async () => {
    const { file, passphrases } = interopStore("fast");
    const [[name, passphrase] = ["", ""]] = Object.entries(passphrases);
    const box = sandbox(readFileSync(file));
    const copy = openToEveryone(box);
    const args = ["list-user-secrets", "-u", name, "--passphrase-file", "/dev/fd/0", "--verbose"];
    const result = await runProgram(withoutRights([copy, ...args]), { cwd: box.folder, input: passphrase });
    expect([result.status, result.stderr]).toEqual([0, ""]);
  },
);

describe("the program of exec", () => {
  const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

  test.if(needs("prlimit", ...DROPPING_RIGHTS)).each([
    ["in our place", []],
    ["below us, its output redacted", ["--redact"]],
  ])(
    "has the core limits that we were started with, and is open like any other: %s",
    async (_where, options) => {
      const box = sandbox();
      const copy = openToEveryone(box);
      const limited = ["prlimit", "--core=4096:8192", ...withoutRights([copy])];
      const script = 'grep "core file" /proc/self/limits; cat /proc/$$/environ >/dev/null && echo open';
      const { stdout, stderr } = await runProgram(
        [...limited, "exec", ...options, "--domain", "prod", "--", "sh", "-c", script],
        { cwd: box.folder, env },
      );
      // This user cannot write the state directory, which is in the sandbox of another one.
      expect(stderr.replace(/^pprotect: warning: .*: permission denied\n/gm, "")).toBe("");
      expect(stdout).toMatch(/^Max core file size +4096 +8192 +bytes *\nopen\n$/);
    },
  );

  test("no longer shows the passphrase, not even to root, once it was used", async () => {
    const box = sandbox();
    const script = 'tr "\\0" "\\n" < /proc/$PPID/environ | grep -a PASSPHRASE | tr -d "\\n"; echo';
    const extra = { A_USER: ALICE.name, A_PASSPHRASE: ALICE.passphrase, PPROTECT_ENV_PREFIX: "A" };
    for (const variables of [env, extra]) {
      const args = ["exec", "--redact", "--domain", "prod", "--", "sh", "-c", script];
      const { stdout } = await pprotect(args, { cwd: box.folder, env: variables });
      expect(stdout).not.toContain(ALICE.passphrase);
      expect(stdout).not.toContain("[REDACTED");
      if (process.getuid?.() === 0) expect(stdout).toContain("_PASSPHRASE=");
    }
  });

  test.if(needs(...DROPPING_RIGHTS))(
    "below us cannot read the environment that we have the passphrase in",
    async () => {
      const box = sandbox();
      const command = withoutRights([openToEveryone(box), "exec", "--redact", "--domain", "prod", "--"]);
      const script = "cat /proc/$PPID/environ; grep 'core file' /proc/$PPID/limits";
      const { stdout, stderr } = await runProgram([...command, "sh", "-c", script], { cwd: box.folder, env });
      expect(stderr).toContain("Permission denied");
      expect(stdout).toMatch(/^Max core file size +0 /);
    },
  );
});
