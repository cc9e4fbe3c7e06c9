import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { startOf } from "../../src/system/process-identity.ts";
import { binary } from "../support/binary.ts";
import { isAlive } from "../support/leases.ts";
import { needs } from "../support/programs.ts";
import { cleanEnvironment, runProgram } from "../support/run.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE } from "../support/stores.ts";
import { until } from "../support/until.ts";

afterAll(removeFolders);

const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };

/** Process ids in a file that the program writes, as soon as there are so many. */
async function pidsIn(path: string, count: number): Promise<number[]> {
  let pids: number[] = [];
  await until(() => {
    pids = (readOrEmpty(path).match(/\d+/g) ?? []).map(Number);
    return pids.length === count;
  });
  return pids;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

test.each(["kill -KILL $PPID", "kill -KILL $PPID; trap '' TERM"])(
  "a program with --ttl and all below it end with pprotect, even if that is killed: %s",
  async (kill) => {
    const box = sandbox();
    const program = `sleep 600 & echo $! >>pids; setsid sleep 600 & echo $! >>pids; echo $$ >>pids; ${kill}; while :; do sleep 0.1; done`;
    const child = Bun.spawn(
      [binary(), "exec", "--domain", "dev", "--ttl", "1m", "--grace", "1s", "--", "sh", "-c", program],
      {
        cwd: box.folder,
        env: cleanEnvironment(box.folder, env),
        stdio: ["ignore", "ignore", "ignore"],
      },
    );
    const pids = await pidsIn(box.path("pids"), 3);
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
    await until(() => !pids.some(isAlive));
  },
);

/** A helper process of ours whose parent was killed before the helper could ask for a signal. */
const lateHelper = (folder: string, words: readonly string[]) =>
  runProgram([binary(), ...words], { cwd: folder });

test("a watcher that comes too late ends the program at once", async () => {
  const program = Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });
  const box = sandbox();
  await lateHelper(box.folder, ["__watch-parent", "1", `${program.pid}`, startOf(program.pid) ?? "", "1000"]);
  await program.exited;
  expect(program.signalCode).toBe("SIGTERM");
});

test("what removes plaintext files removes them at once if it comes too late", async () => {
  const box = sandbox();
  mkdirSync(box.path("files"));
  writeFileSync(box.path("files/token"), "x");
  await lateHelper(box.folder, ["__remove-files", "1", box.path("files")]);
  expect(existsSync(box.path("files"))).toBe(false);
});

test.if(needs("strace"))(
  "a watcher ends the program if its parent is killed while the watcher becomes a shell",
  async () => {
    const program = Bun.spawn(["sleep", "600"], { stdio: ["ignore", "ignore", "ignore"] });
    const words = `'${binary()}' __watch-parent $$ ${program.pid} '${startOf(program.pid)}' 1000`;
    // When the call returns that starts the shell, that has not run yet.
    const inject = "-e trace=execve -e inject=execve:delay_exit=1000000";
    const line = `strace -D -o /dev/null ${inject} ${words} & echo $! >watcher; exec sleep 600`;
    const box = sandbox();
    const parent = Bun.spawn(["sh", "-c", line], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder),
      stdio: ["ignore", "ignore", "ignore"],
    });
    const [watcher = 0] = await pidsIn(box.path("watcher"), 1);
    await until(() => readFileSync(`/proc/${watcher}/cmdline`, "latin1").startsWith("sh\0-c\0\ntrap "));
    parent.kill("SIGKILL");
    await program.exited;
    expect(program.signalCode).toBe("SIGTERM");
  },
);

test.each([
  ["has allowed it", "printf .", "ran\n", ""],
  [
    "was killed before there was a watcher",
    "true",
    "",
    "pprotect: the program was not started: the pprotect that was to end it was killed\n",
  ],
])("a program is started if the process that supervises it %s", async (_, allow, stdout, stderr) => {
  const box = sandbox();
  const own = `_PPROTECT_START_FD=3,4 '${binary()}' exec --domain prod -- echo ran`;
  const result = await runProgram(["bash", "-c", `${own} 3>/dev/null 4< <(${allow})`], {
    cwd: box.folder,
    env,
  });
  expect([result.stdout, result.stderr]).toEqual([stdout, stderr]);
});

test.each(["--ttl 1m", "--redact", "--watch"])(
  "exec %s passes on a signal that comes while the program starts",
  async (mode) => {
    const box = sandbox();
    const program = `trap 'exit 7' TERM; kill -TERM $PPID; while :; do sleep 0.05; done`;
    const line = ["exec", "--domain", "prod", ...mode.split(" "), "--", "sh", "-c", program];
    const runs = await Promise.all(
      [1, 2, 3, 4].map(() => runProgram([binary(), ...line], { cwd: box.folder, env })),
    );
    expect(runs.map(({ status }) => status)).toEqual([7, 7, 7, 7]);
  },
);

test("no process of ours is left when the program ends at once, with files or a time limit", async () => {
  const box = sandbox();
  const run = `'${binary()}' exec --domain prod`;
  const line = `for i in 1 2 3 4 5; do ${run} --as-file token -- true; ${run} --ttl 1m -- true; done`;
  await runProgram(["bash", "-c", line], { cwd: box.folder, env: { ...env, XDG_RUNTIME_DIR: box.folder } });
  await until(() => ownProcesses(box.folder) === "");
});

/** Processes whose working directory is that of a test. */
function ownProcesses(folder: string): string {
  const found = Bun.spawnSync([
    "sh",
    "-c",
    'ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -F "$1" || :',
    "sh",
    folder,
  ]);
  return found.stdout.toString();
}
