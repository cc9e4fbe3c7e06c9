import { afterAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";
import { CTRL_Z, programAtTerminal, type TerminalSession } from "../support/terminal.ts";

afterAll(removeFolders);

const box = sandbox();
const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

/** A shell with job control at a terminal of its own. */
async function shell(environment: Readonly<Record<string, string>>): Promise<TerminalSession> {
  const session = programAtTerminal(["bash", "--norc", "--noprofile", "-i"], {
    cwd: box.folder,
    env: { ...environment, PS1: "ready> " },
  });
  await session.waitFor("ready> ");
  return session;
}

const source = (path: string): string => JSON.stringify(join(import.meta.dir, "../../src", path));

/** What `exec --as-file` does where the system has no files in memory. */
const asChild = box.write(
  "as-child.ts",
  `import { readStartState } from ${source("exec/process/start-state.ts")};
  import { runAsChild } from ${source("exec/run-program.ts")};
  const start = readStartState();
  const command = process.argv.slice(2);
  process.exit(await runAsChild({ command, variables: start.variables, secrets: [], start }));`,
);

describe("a program that stops itself", () => {
  const script = box.write("stop.sh", "kill -STOP $$; kill -STOP $$; echo and on; exit 7");

  test.concurrent.each([
    ["exec --ttl 1m", `'${binary()}' exec --domain dev --ttl 1m --`],
    ["exec --watch", `'${binary()}' exec --domain dev --watch --`],
    ["exec --as-file without files in memory", `'${process.execPath}' ${asChild}`],
  ])("stops %s too, and fg goes on with both", async (_, command) => {
    const session = await shell(env);
    session.type(`${command} sh ${script}; echo status $?\r`);
    // Once, and again as soon as it is continued.
    for (const _ of [1, 2]) {
      await session.waitFor("Stopped");
      await session.waitFor("status 147");
      session.type("fg; echo status $?\r");
    }
    await session.waitFor("and on");
    await session.waitFor("status 7");
    session.type("exit\r");
    await session.exited;
  });
});

test("a time limit ends a program that has stopped itself, and us, where no shell would continue us", async () => {
  const options = { cwd: box.folder, env };
  const stopping = [
    binary(),
    "exec",
    "--domain",
    "dev",
    "--ttl",
    "1s",
    "--",
    "sh",
    "-c",
    "kill -STOP $$; sleep 600",
  ];
  const session = programAtTerminal(stopping, options);
  await session.waitFor("sh was ended: its time (1s) was over");
  expect(await session.exited).toBe(124);
});

describe("a time limit ends a program although we are stopped", () => {
  test.concurrent.each([
    ["with it by Ctrl-Z", "echo runs; exec sleep 600", CTRL_Z],
    ["by the program, as soon as it starts", "kill -STOP $PPID; exec sleep 600", ""],
  ])("%s", async (_, program, keys) => {
    const session = await shell(env);
    session.type(`'${binary()}' exec --domain dev --ttl 2s -- sh -c '${program}'\r`);
    if (keys !== "") {
      await session.waitFor("runs\r\n");
      session.type(keys);
    }
    await session.waitFor("Stopped");
    await session.waitFor("sh was ended: its time (2s) was over");
    session.hangUp();
    await session.exited;
  });
});

describe("Ctrl-Z at a prompt", () => {
  const pprotect = `'${binary()}' -u ${ALICE.name}`;

  test.concurrent.each([
    ["at standard input", `${pprotect} add-domain stage`, "Added domain stage"],
    ["beside standard input", `printf 'to'' cat' | ${pprotect} exec --domain dev -- cat`, "to cat"],
  ])("%s stops us with the terminal as it was, and fg asks again without echo", async (_, command, done) => {
    const session = await shell({});
    const modes = session.modes();
    session.type(`${command}\r`);
    await session.waitFor("Passphrase: ");
    session.type(`wrong${CTRL_Z}`);
    await session.waitFor("Stopped");
    await session.waitFor("ready> ");
    expect(session.modes()).toEqual(modes);
    session.type("echo $((6 * 7))\r");
    await session.waitFor("42");
    session.type("fg\r");
    await session.waitFor("Passphrase: ");
    session.type(`${ALICE.passphrase}\r`);
    await session.waitFor(done);
    await session.waitFor("ready> ");
    session.type("exit\r");
    await session.exited;
    expect(session.raw()).not.toMatch(new RegExp(`${ALICE.passphrase}|wrong`));
  });

  test.concurrent("and SIGSTOP from anywhere: the passphrase is not shown after fg", async () => {
    const session = await shell({});
    const pidFile = box.path("prompting.pid");
    session.type(`sh -c 'echo $$ >${pidFile}; exec "${binary()}" -u ${ALICE.name} add-domain other'\r`);
    await session.waitFor("Passphrase: ");
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGSTOP");
    await session.waitFor("Stopped");
    session.type("fg\r");
    await session.waitFor("Passphrase: ");
    session.type(`${ALICE.passphrase}\r`);
    await session.waitFor("Added domain");
    session.type("exit\r");
    await session.exited;
    expect(session.raw()).not.toContain(ALICE.passphrase);
  });
});
