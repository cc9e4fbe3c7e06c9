import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { binary } from "../../support/binary.ts";
import { COUNTS } from "../../support/counts.ts";
import { holdLock } from "../../support/lock-holder.ts";
import { needs } from "../../support/programs.ts";
import { cleanEnvironment, pprotect } from "../../support/run.ts";
import { hiddenFiles, removeFolders, sandbox } from "../../support/sandbox.ts";
import { ALICE, BOB, secretsOf } from "../../support/stores.ts";
import { atTerminal, CTRL_C } from "../../support/terminal.ts";
import { readsItsInput } from "../../support/waiting-process.ts";

afterAll(removeFolders);

test("forty processes that read the same store and then write at the same moment lose nothing", async () => {
  const box = sandbox();
  const writers = Array.from({ length: COUNTS.writersAtOnce }, (_, index) => {
    const name = `secret${index}`;
    const child = Bun.spawn([binary(), "add-secret", "dev", name], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder),
      stdin: "pipe",
      stderr: "pipe",
    });
    return { name, child };
  });
  // Then each of them has read the store, and waits for its value.
  await Promise.all(writers.map(({ child }) => readsItsInput(child.pid)));
  for (const { name, child } of writers) {
    child.stdin.write(`value of ${name}`);
    child.stdin.end();
  }
  const said = await Promise.all(
    writers.map(async ({ name, child }) => [
      name,
      await child.exited,
      (await new Response(child.stderr).text()).split("\n").at(-2),
    ]),
  );
  expect(said).toEqual(writers.map(({ name }) => [name, 0, `Added secret ${name} to dev.`]));
  expect(secretsOf(box.read(), "dev", BOB)).toEqual({
    "api-key": "dev-api-key",
    "db-password": 'it\'s "dev" $HOME',
    ...Object.fromEntries(writers.map(({ name }) => [name, `value of ${name}`])),
  });
  expect(
    box.read().data.auditLog.filter((entry) => / added secret secret\d+ in dev$/.test(entry)),
  ).toHaveLength(COUNTS.writersAtOnce);
  expect(hiddenFiles(box.folder)).toEqual([]);
  expect((await pprotect(["check"], { cwd: box.folder })).status).toBe(0);
});

// Side by side: most of their time is waiting.
describe("a lock", () => {
  const add = (folder: string) => pprotect(["add-secret", "dev", "fresh"], { cwd: folder, input: "v" });

  test.concurrent("of a process that was killed is free at once", async () => {
    const box = sandbox();
    const holder = await holdLock(box.store);
    await holder.kill();
    const result = await add(box.folder);
    expect([result.status, result.stderr]).toEqual([0, "Added secret fresh to dev.\n"]);
    expect(hiddenFiles(box.folder)).toEqual([]);
  });

  test.concurrent("of a process that lives is waited for, and the user is told so once", async () => {
    const box = sandbox();
    const holder = await holdLock(box.store);
    const waiting = Bun.spawn([binary(), "add-secret", "dev", "fresh"], {
      cwd: box.folder,
      env: cleanEnvironment(box.folder),
      stdin: Buffer.from("v"),
      stderr: "pipe",
    });
    let said = "";
    for await (const chunk of waiting.stderr) {
      said += Buffer.from(chunk).toString();
      if (said.includes("Waiting")) await holder.release();
    }
    expect(await waiting.exited).toBe(0);
    expect(said).toMatch(
      /^Waiting for process \d+ \(.+\) to release .*protected\.yaml …\nAdded secret fresh/,
    );
  });

  test.concurrent("that is never released is one clear error in the end, and nothing is written", async () => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const holder = await holdLock(box.store);
    const { status, stderr } = await add(box.folder);
    await holder.release();
    expect(status).toBe(1);
    expect(stderr.match(/^Waiting for/gm)).toHaveLength(1);
    expect(stderr).toMatch(
      /^pprotect: .*protected\.yaml is locked by process \d+ \(.+\); gave up after 15 s; nothing was changed\nhint: run the command again/m,
    );
    expect(readFileSync(box.store, "utf8")).toBe(before);
  });

  test
    .if(needs("setpriv") && process.getuid?.() === 0)
    .concurrent("of a user who cannot write there does not keep us from writing", async () => {
      const box = sandbox();
      for (const path of [box.folder, dirname(box.folder)]) chmodSync(path, 0o755);
      const hold = [
        "setpriv",
        "--reuid=12345",
        "--regid=12345",
        "--clear-groups",
        "flock",
        box.folder,
        "sh",
        "-c",
      ];
      const holder = Bun.spawn([...hold, "echo held; exec sleep 600"], {
        stdout: "pipe",
        stderr: "ignore",
        detached: true,
      });
      await holder.stdout.getReader().read();
      const result = await add(box.folder);
      expect([result.status, result.stderr]).toEqual([0, "Added secret fresh to dev.\n"]);
      expect(hiddenFiles(box.folder)).toEqual([]);
      // With the program of flock(1), which is a child of that.
      process.kill(-holder.pid, "SIGKILL");
    });

  test.concurrent("that is waited for can be given up with Ctrl-C: exit 130, and nothing is written", async () => {
    const box = sandbox();
    const before = readFileSync(box.store, "utf8");
    const holder = await holdLock(box.store);
    const session = atTerminal(["add-domain"], { cwd: box.folder });
    await session.answer("User email: ", ALICE.name);
    await session.answer("Passphrase: ", ALICE.passphrase);
    await session.answer("Domain name: ", "stage");
    await session.waitFor("Waiting for process ");
    session.type(CTRL_C);
    expect(await session.exited).toBe(130);
    await holder.release();
    expect(session.modes()).toEqual(session.modesBefore);
    expect(readFileSync(box.store, "utf8")).toBe(before);
  });
});
