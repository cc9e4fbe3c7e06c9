import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync } from "node:fs";
import { binary } from "../support/binary.ts";
import { cleanEnvironment, pprotect, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, NAMES_NOTE, sampleStore } from "../support/stores.ts";
import {
  atTerminal,
  CTRL_BACKSLASH,
  CTRL_C,
  CTRL_Z,
  programAtTerminal,
  type TerminalSession,
} from "../support/terminal.ts";

afterAll(removeFolders);

const SECRET = "correct horse";
const KEY = "a key of several words, longer than a line of base64 with seventy-six digits, 0123456789";
const LINES = "first line of it\nsecond line of it";

const store = sampleStore()
  .addSecret("dev", "pass", SECRET)
  .addSecret("dev", "word", "battery staple")
  .addSecret("dev", "lines", LINES)
  .addSecret("dev", "key", KEY)
  .addSecret("dev", "tiny", "abc")
  .addSecret("dev", "empty", "");
const box = sandbox(store.toString());
const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
const options = { cwd: box.folder, env };
const TOO_SHORT = "Not redacted, as shorter than 4 characters: tiny.\n";
/** What exec says of these secrets before the program runs. */
const NOTES = NAMES_NOTE + TOO_SHORT;

const redacted = (script: string): string[] => [
  "exec",
  "--domain",
  "dev",
  "--redact",
  "--",
  "sh",
  "-c",
  script,
];
const run = (script: string, input = "") => pprotect(redacted(script), { ...options, input });
/** Starts one that is not waited for. */
const started = <Out extends Bun.Spawn.Readable, Err extends Bun.Spawn.Readable>(
  script: string,
  stdout: Out,
  stderr: Err,
) =>
  Bun.spawn([binary(), ...redacted(script)], {
    cwd: box.folder,
    env: cleanEnvironment(box.folder, env),
    stdin: "ignore",
    stdout,
    stderr,
  });
const print = (name: string): string => `printenv ${name}`;

describe("exec --redact", () => {
  test("replaces secrets on standard output and on standard error, each by itself", async () => {
    const result = await run(`${print("pass")}; ${print("word")} >&2; echo plain`);
    expect(result.stdout).toBe("[REDACTED:pass]\nplain\n");
    expect(result.stderr).toBe(`${NOTES}[REDACTED:word]\n`);
  });

  test("leaves the secrets of --no-redact as they are, and says which are common words", async () => {
    const words = sandbox(
      sampleStore().addSecret("prod", "mode", "test").addSecret("prod", "limit", "1000").toString(),
    );
    const common = "Common words or short numbers, redacted wherever they occur: ";
    const advice = " (--no-redact NAME leaves one as it is).\n";
    const exec = (...more: string[]) =>
      pprotect(["exec", "--redact", "--domain", "prod", ...more, "--", "echo", "test 1000"], {
        cwd: words.folder,
        env,
      });
    const all = await exec();
    expect([all.stdout, all.stderr]).toEqual([
      "[REDACTED:mode] [REDACTED:limit]\n",
      `${common}limit, mode${advice}`,
    ]);
    const some = await exec("--no-redact", "mode");
    expect([some.stdout, some.stderr]).toEqual(["test [REDACTED:limit]\n", `${common}limit${advice}`]);
    const wrong = await exec("--no-redact", "mod");
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      'pprotect: --no-redact mod: no such secret is selected\nhint: did you mean "mode"?\n',
    ]);
    const piped = await pprotect(
      ["redact", "--domain", "prod", "--no-redact", "mode", "--no-redact", "limit"],
      {
        cwd: words.folder,
        env,
        input: "test 1000 prod-token",
      },
    );
    expect([piped.stdout, piped.stderr]).toEqual(["test 1000 [REDACTED:token]", ""]);
  });

  test("replaces the passphrase too", async () => {
    const result = await run(`echo '${ALICE.passphrase}'; printf %s '${ALICE.passphrase}' | base64`);
    expect(result.stdout).toBe("[REDACTED:passphrase]\n[REDACTED:passphrase]\n");
  });

  test("replaces what tools make of them", async () => {
    const script = `printenv pass | tr -d '\\n' > p
      base64 p; base32 p; od -An -v -tx1 p | tr -d ' \\n'; echo; od -An -v -tx1 p | tr -d ' \\n' | tr a-f A-F; echo
      printf 'prefix:' | cat - p | base64; printenv lines | base64`;
    expect((await run(script)).stdout.split("\n")).toEqual([
      ...Array(4).fill("[REDACTED:pass]"),
      expect.stringMatching(/^cHJlZml4O.\[REDACTED:pass\]$/),
      expect.stringMatching(/^\[REDACTED:lines\]/),
      "",
    ]);
  });

  test("replaces base64 in lines of any width, indented or not, and secrets that grep colours", async () => {
    const script = `printenv key > k
    for width in 20 60 64 76; do { printf 'data: before '; cat k; echo after; } | base64 -w $width; done > wrapped
    cat wrapped; sed 's/^/    /' wrapped; sed 's/$/\\r/' wrapped; od -An -v -tx1 -w30 k | tr -d ' '; base64 k
    printenv pass | grep --color=always rect; printenv pass | grep --color=always -o .`;
    const { stdout } = await run(script);
    const plain = stdout.replace(/\x1b\[[0-9;]*[mK]/g, "");
    expect(plain.match(/\[REDACTED:key\]/g)?.length).toBeGreaterThanOrEqual(14);
    expect(plain.match(/\[REDACTED:pass\]/g)?.length).toBe(1);
    const secret = Buffer.from(KEY).toString("base64");
    for (let at = 0; at + 8 < secret.length; at++) {
      expect(stdout.replace(/\s/g, "")).not.toContain(secret.slice(at, at + 8));
    }
    expect(stdout).toContain("[REDACTED:pass]\x1b[01;31m\x1b[K\x1b[m\x1b[K\n");
  });

  test("replaces a secret that is written byte by byte", async () => {
    const script = `printenv pass | while IFS= read -r -n 1 c; do printf %s "\${c:- }"; sleep 0.01; done; echo .`;
    // Into a file: on a busy machine there may be a pause of any length between two bytes, and pipes are given what is held back then.
    const line = `'${binary()}' exec --domain dev --redact -- bash -c '${script.replaceAll("'", "'\\''")}' >bytes`;
    await runProgram(["sh", "-c", line], options);
    expect(readFileSync(box.path("bytes"), "utf8")).toBe("[REDACTED:pass] .\n");
  });

  test("passes on other output at once", async () => {
    const child = Bun.spawn([binary(), ...redacted("printf 'prompt> '; read line; echo got $line")], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder, env),
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    });
    const reader = child.stdout.getReader();
    // Nothing more comes before the answer does.
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("prompt> ");
    child.stdin.write("yes\n");
    child.stdin.end();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("got yes\n");
    expect(await child.exited).toBe(0);
  });

  test("passes on the beginning of what could be a secret after a pause, through a pipe", async () => {
    const child = Bun.spawn(
      [
        binary(),
        ...redacted(
          "printf 'answer a key'; while ! test -e read; do sleep 0.02; done; printf ' of several words, longer'; sleep 0.5; echo .",
        ),
      ],
      {
        cwd: box.folder,
        env: cleanEnvironment(box.folder, env),
        stdout: "pipe",
        stderr: "ignore",
      },
    );
    const reader = child.stdout.getReader();
    let got = "";
    const receive = async (length: number) => {
      while (got.length < length) {
        const { done, value } = await reader.read();
        if (done) return;
        got += Buffer.from(value).toString();
      }
    };
    await receive("answer a key".length);
    expect(got).toBe("answer a key");
    box.write("read", "");
    await receive("answer a key of several words, longer.\n".length);
    expect(got).toBe("answer a key of several words, longer.\n");
    expect(await child.exited).toBe(0);
  });

  test("gives any bytes on as they are, and much of them", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const input = Buffer.concat(Array<Uint8Array>(50).fill(bytes));
    const result = await pprotect(redacted("cat"), { ...options, input });
    expect(Bun.hash(result.bytes)).toBe(Bun.hash(input));
  });

  test("keeps the order of standard output and error that go to one place", async () => {
    const script = "for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done";
    const { stdout } = await runProgram(
      ["sh", "-c", `exec "$@" 2>&1`, "sh", binary(), ...redacted(script)],
      options,
    );
    expect(stdout).toBe(`${NOTES}o1\ne1\no2\ne2\no3\ne3\no4\ne4\no5\ne5\n`);
  });

  test("gives the program pipes, its arguments, and no other descriptor", async () => {
    const script = 'test -p /dev/stdout && test -p /dev/stderr && echo "$0|$1"; ls /proc/self/fd | wc -l';
    const { stdout } = await pprotect([...redacted(script), "a b", "--c"], options);
    expect(stdout).toBe("a b|--c\n4\n");
  });

  test("waits for what the program leaves running and writing to a pipe", async () => {
    expect((await run(`(sleep 0.3; ${print("pass")}) & echo first`)).stdout).toBe("first\n[REDACTED:pass]\n");
  });

  test("runs nothing with wrong credentials", async () => {
    const result = await pprotect(redacted("echo ran"), {
      ...options,
      env: { ...env, PPROTECT_PASSPHRASE: "wrong" },
    });
    expect([result.status, result.stdout]).toEqual([1, ""]);
  });
});

describe("exec --redact ends as the program ends", () => {
  test.each([0, 1, 42, 255])("status %d", async (status) => {
    expect((await run(`exit ${status}`)).status).toBe(status);
  });

  test.each(["SIGKILL", "SIGTERM", "SIGSEGV", "SIGPIPE"] as const)("%s", async (signal) => {
    const child = started(`ulimit -c 0; kill -${signal.slice(3)} $$`, "ignore", "ignore");
    await child.exited;
    expect(child.signalCode).toBe(signal);
  });

  test("127 and 126 when it cannot start", async () => {
    const start = (command: string) =>
      pprotect(["exec", "--domain", "dev", "--redact", "--", command], options);
    expect((await start("no-such-program")).status).toBe(127);
    expect((await start(box.folder)).status).toBe(126);
  });

  test("a script without #! runs in the shell", async () => {
    const script = box.write("script", 'printf "%s " "$1"; printenv pass\n');
    await runProgram(["chmod", "+x", script], options);
    const command = ["exec", "--domain", "dev", "--redact", "--", script, "arg"];
    expect((await pprotect(command, options)).stdout).toBe("arg [REDACTED:pass]\n");
  });

  test("by SIGPIPE when our reader goes away", async () => {
    const command = `'${binary()}' exec --domain dev --redact -- sh -c 'yes; echo "ended $?" >&2' | head -n 1`;
    const result = await runProgram(["sh", "-c", command], options);
    expect([result.stdout, result.stderr]).toEqual(["y\n", `${NOTES}ended 141\n`]);
  });

  test("by SIGPIPE when our reader closes a socket, as Node and Bun give it to their children", async () => {
    const child = started('echo start; sleep 0.2; yes; echo "ended $?" >&2', "pipe", "pipe");
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    expect(await new Response(child.stderr).text()).toBe(`${NOTES}ended 141\n`);
    expect(await child.exited).toBe(0);
  });

  test("and says so when its output cannot be written", async () => {
    const full = openSync("/dev/full", "w");
    const child = started("yes", full, "pipe");
    closeSync(full);
    expect(await child.exited).toBe(1);
    expect(await new Response(child.stderr).text()).toBe(
      `${NOTES}pprotect: cannot write to standard output: no space left on device\n`,
    );
  });

  test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1"] as const)(
    "%s to us reaches it, and it can clean up",
    async (signal) => {
      const name = signal.slice(3);
      const script = `trap 'echo cleaned; exit 7' ${name}; echo ready; while :; do sleep 0.05; done`;
      const child = started(script, "pipe", "ignore");
      const reader = child.stdout.getReader();
      await reader.read();
      child.kill(signal);
      expect(await child.exited).toBe(7);
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe("cleaned\n");
    },
  );
});

describe("exec --redact at a terminal", () => {
  const start = (script: string): TerminalSession => atTerminal(redacted(script), options);

  test("is a terminal for the program, of the same size and modes, that it controls", async () => {
    const session = start(
      "test -t 0 && test -t 1 && test -t 2 && echo terminals; stty size; stty -a | grep -ow isig; echo here > /dev/tty; cut -d ' ' -f 8 /proc/$$/stat; echo $$",
    );
    expect(await session.exited).toBe(0);
    const [terminals, size, isig, here, foreground, pid] = session
      .screen()
      .split("\r\n")
      .filter((line) => !NOTES.includes(line));
    expect([terminals, size, isig, here]).toEqual(["terminals", "50 200", "isig", "here"]);
    expect(foreground).toBe(pid as string);
    expect(session.modes()).toEqual(session.modesBefore);
  });

  test("redacts, lines that the terminal ends with CR LF too", async () => {
    const session = start(`${print("pass")}; ${print("lines")}; echo end`);
    expect(await session.exited).toBe(0);
    expect(session.screen()).toEndWith("\r\n[REDACTED:pass]\r\n[REDACTED:lines]\r\nend\r\n");
  });

  test("redacts what the terminal echoes", async () => {
    const session = start("echo ready; read line; echo done");
    await session.waitFor("ready");
    session.type(`${SECRET}\r`);
    await session.waitFor("done");
    expect(await session.exited).toBe(0);
    expect(session.raw()).not.toContain(SECRET);
    expect(session.raw()).toContain("[REDACTED:pass]");
  });

  test("shows a prompt that ends as a secret begins", async () => {
    const session = start("printf 'press c'; read line; echo done");
    await session.waitFor("press c");
    session.type("\r");
    expect(await session.exited).toBe(0);
  });

  test("passes a new size on", async () => {
    const session = start("trap 'stty size; exit 0' WINCH; echo ready; while :; do sleep 0.05; done");
    await session.waitFor("ready");
    session.resize(91, 31);
    await session.waitFor("31 91");
    expect(await session.exited).toBe(0);
  });

  test("Ctrl-C is a signal for the program, and the terminal is as it was", async () => {
    const session = start("trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done");
    await session.waitFor("ready");
    expect(session.modes()).not.toEqual(session.modesBefore);
    session.type(CTRL_C);
    await session.waitFor("caught");
    expect(await session.exited).toBe(5);
    expect(session.modes()).toEqual(session.modesBefore);
  });

  test.each([
    [CTRL_C, 130],
    [CTRL_BACKSLASH, 131],
  ])("a program that %j kills ends us so", async (key, status) => {
    const session = start("ulimit -c 0; echo ready; exec sleep 600");
    await session.waitFor("ready");
    session.type(key);
    expect(await session.exited).toBe(status);
    expect(session.modes()).toEqual(session.modesBefore);
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
    "%s to us ends the program, and the terminal is as it was",
    async (signal) => {
      const session = start("echo ready; exec sleep 600");
      await session.waitFor("ready");
      session.kill(signal);
      expect(await session.exited).toBeGreaterThan(128);
      expect(session.modes()).toEqual(session.modesBefore);
    },
  );

  test("Ctrl-Z stops it and us, and fg goes on", async () => {
    const session = programAtTerminal(["bash", "--norc", "--noprofile", "-i"], {
      cwd: box.folder,
      env: { ...env, PS1: "ready> " },
    });
    await session.waitFor("ready> ");
    const script = box.write(
      "loop.sh",
      "printenv pass; while :; do sleep 0.05; read -r line && echo got $line; done",
    );
    session.type(`'${binary()}' exec --domain dev --redact -- sh ${script}\r`);
    await session.waitFor("[REDACTED:pass]");
    session.type(CTRL_Z);
    await session.waitFor("Stopped");
    await session.waitFor("ready> ");
    session.type("echo $((6 * 7))\r");
    await session.waitFor("42");
    session.type("fg\r");
    await session.waitFor("exec --domain");
    session.type("one\r");
    await session.waitFor("got one");
    session.type(CTRL_C);
    await session.waitFor("ready> ");
    session.type("exit\r");
    await session.exited;
  });

  test.each(["", " >out 2>&1"])("a program that stops itself stops us, and fg goes on%s", async (to) => {
    const session = programAtTerminal(["bash", "--norc", "--noprofile", "-i"], {
      cwd: box.folder,
      env: { ...env, PS1: "ready> " },
    });
    await session.waitFor("ready> ");
    const script = box.write("stop.sh", "printenv pass; sleep 0.3; kill -STOP $$; echo and on");
    session.type(`'${binary()}' exec --domain dev --redact -- sh ${script}${to}\r`);
    await session.waitFor("Stopped");
    await session.waitFor("ready> ");
    session.type("fg\r");
    await session.waitFor("exec --domain");
    await session.waitFor(to === "" ? "and on" : "ready> ");
    if (to !== "") expect(readFileSync(box.path("out"), "utf8")).toContain("[REDACTED:pass]\nand on\n");
    session.type("exit\r");
    await session.exited;
    expect(session.modes()).toEqual(session.modesBefore);
  });

  test("a job in the background writes to it and does not stop", async () => {
    const session = programAtTerminal(["bash", "--norc", "--noprofile", "-i"], {
      cwd: box.folder,
      env: { ...env, PS1: "ready> " },
    });
    await session.waitFor("ready> ");
    session.type(
      `'${binary()}' exec --domain dev --redact --non-interactive -- printenv pass & wait; echo waited $?\r`,
    );
    await session.waitFor("[REDACTED:pass]");
    await session.waitFor("waited 0");
    session.type("exit\r");
    await session.exited;
  });

  test("a program that a hangup finds ends, and so do we", async () => {
    const pidFile = box.path("hangup.pid");
    const session = start(`echo $$ > ${pidFile}; echo ready; exec sleep 600`);
    await session.waitFor("ready");
    session.hangUp();
    expect(await session.exited).toBeGreaterThan(128);
    expect(() => process.kill(Number(readFileSync(pidFile, "utf8")), 0)).toThrow();
  });

  test("ends with the program, though others hold the terminal", async () => {
    const session = start("echo first; (trap '' HUP; sleep 60) & echo last");
    expect(await session.exited).toBe(0);
    expect(session.screen()).toContain("first\r\nlast\r\n");
  });

  test("keeps standard error apart when it is a file", async () => {
    const shell = `'${binary()}' exec --domain dev --redact -- sh -c '
      test -t 0 && test -t 1 && ! test -t 2 && echo apart; printenv pass >&2' 2>err.txt`;
    const mixed = programAtTerminal(["sh", "-c", shell], options);
    expect(await mixed.exited).toBe(0);
    expect(mixed.screen()).toBe("apart\r\n");
    expect(readFileSync(box.path("err.txt"), "utf8")).toBe(`${NOTES}[REDACTED:pass]\n`);
  });

  test("keeps a pipe on standard input, and the size of the terminal", async () => {
    const shell = `echo input | '${binary()}' exec --domain dev --redact -- sh -c '
      test -t 1 && test -t 2 && cat; stty size <&1; printenv pass lines'`;
    const mixed = programAtTerminal(["sh", "-c", shell], options);
    expect(await mixed.exited).toBe(0);
    expect(mixed.screen()).toEndWith("\r\ninput\r\n50 200\r\n[REDACTED:pass]\r\n[REDACTED:lines]\r\n");
  });

  test("leaves the keys to whom the output goes", async () => {
    const shell = `'${binary()}' exec --domain dev --redact -- sh -c '
      test -t 0 && ! test -t 1 && printenv pass' | { read first; echo "$first"; read key </dev/tty; echo "key $key"; }`;
    const session = programAtTerminal(["sh", "-c", shell], options);
    await session.waitFor("[REDACTED:pass]");
    session.type("k\r");
    await session.waitFor("key k");
    expect(await session.exited).toBe(0);
  });

  test("Ctrl-C in a pipeline reaches the program once", async () => {
    const script =
      'trap \'echo caught >&2; i=0\' INT; echo ready; i=; until [ "$i" = 20 ]; do sleep 0.05; [ -z "$i" ] || i=$((i+1)); done; exit 0';
    const shell = `'${binary()}' exec --domain dev --redact -- bash -c '${script.replaceAll("'", "'\\''")}' | cat`;
    const session = programAtTerminal(["bash", "-c", shell], options);
    await session.waitFor("ready");
    session.type(CTRL_C);
    await session.exited;
    expect(session.screen().split("caught").length - 1).toBe(1);
  });
});

describe("redact", () => {
  const redact = (args: readonly string[], input: string | Uint8Array, extra = {}) =>
    pprotect(["redact", ...args], { ...options, input, ...extra });

  test("replaces the secrets of a domain in standard input, and of several", async () => {
    const input = `a ${SECRET} b prod-token c`;
    const one = await redact(["--domain", "dev"], input);
    expect([one.status, one.stdout, one.stderr]).toEqual([0, "a [REDACTED:pass] b prod-token c", TOO_SHORT]);
    const both = await redact(["--domain", "dev", "--domain", "prod"], input);
    expect(both.stdout).toBe("a [REDACTED:pass] b [REDACTED:token] c");
  });

  test("lets nothing through without credentials, and takes none of them from its input", async () => {
    for (const wrong of [{}, { PPROTECT_USER: ALICE.name }, { ...env, PPROTECT_PASSPHRASE: "wrong" }]) {
      const result = await redact(["--domain", "prod"], `${ALICE.name}\n${ALICE.passphrase}\ntext`, {
        env: wrong,
      });
      expect([result.status, result.stdout]).toEqual([1, ""]);
    }
  });

  test("reports why there is no prompt for them", async () => {
    const { stderr } = await redact(["--domain", "prod"], "text", { env: {} });
    expect(stderr).toBe(
      "pprotect: user required (standard input is the text to redact, and there is no terminal)\nhint: use --user or set PPROTECT_USER\n",
    );
    const forbidden = await redact(["--domain", "prod", "--non-interactive"], "text", { env: {} });
    expect(forbidden.stderr).toContain("running with --non-interactive");
  });

  test("needs a domain, and one that there is", async () => {
    expect((await redact([], "text")).stderr).toContain("redact needs --domain");
    expect((await redact(["--domain", "dve"], "text")).stderr).toContain('no domain "dve"');
  });

  test("ends quietly when its reader goes away", async () => {
    const command = `yes | '${binary()}' redact --domain prod | head -n 1`;
    const result = await runProgram(["sh", "-c", command], options);
    expect([result.stdout, result.stderr]).toEqual(["y\n", ""]);
  });

  test("leaves pipes as they were", async () => {
    const command = `echo x | '${binary()}' redact --domain prod | { sleep 0.1; cat; head -c 300000 /dev/zero | wc -c; }`;
    const result = await runProgram(["sh", "-c", command], options);
    expect([result.stdout.replace(/\s+/g, " "), result.stderr]).toEqual(["x 300000 ", ""]);
  });
});
