import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeMemoryFiles } from "../../../src/exec/files/memory-files.ts";
import { type Helper, stopHelper } from "../../../src/exec/process/helper-process.ts";
import { REMOVER_WORD } from "../../../src/exec/process/helper-words.ts";
import { startOf } from "../../../src/system/process-identity.ts";
import { binary } from "../../support/binary.ts";
import { emptyFolder, removeFolders } from "../../support/sandbox.ts";

afterAll(removeFolders);

const FILES = [{ name: "token", content: "value" }];

/** Starts the process that removes a directory. @returns it, and what it prints until it is ready or has failed */
async function remover(parent: number, directory: string) {
  const child = Bun.spawn([binary(), REMOVER_WORD, String(parent), directory], {
    stdio: ["ignore", "pipe", "ignore"],
    env: {},
    detached: true,
  });
  return { child, said: await new Response(child.stdout).text() };
}

/** A process that can be stopped in place of the one that removes the directory. */
function standIn(ready: Promise<boolean>): Helper {
  const { pid } = Bun.spawn(["sleep", "600"], { detached: true, stdio: ["ignore", "ignore", "ignore"] });
  return { pid, ready };
}

describe("the process that removes files in memory", () => {
  test("says that it is ready when it waits for its parent, and waits", async () => {
    const directory = emptyFolder();
    const { child, said } = await remover(process.pid, directory);
    expect([said, child.exitCode, existsSync(directory)]).toEqual(["ready\n", null, true]);
    stopHelper(child.pid);
  });

  test("removes them at once, and does not say so, where its parent has ended before", async () => {
    const directory = emptyFolder();
    // Its parent is this test, and not the process with this number.
    const { child, said } = await remover(1, directory);
    await child.exited;
    expect([said, existsSync(directory)]).toEqual(["", false]);
  });

  test("is ready before there is a secret in the directory", async () => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let directory = "";
    const written = writeMemoryFiles(FILES, ([, , given = ""]) => {
      directory = given;
      return standIn(promise);
    });
    await Bun.sleep(0);
    expect(readdirSync(directory)).toEqual([]);
    resolve(true);
    const held = await written;
    expect(held?.paths.map((path) => readFileSync(path, "utf8"))).toEqual(["value"]);
    held?.release?.();
    expect(existsSync(directory)).toBe(false);
  });

  test("that is not ready leaves no directory, and no file is written", async () => {
    let directory = "";
    let pid = 0;
    const held = await writeMemoryFiles(FILES, ([, , given = ""]) => {
      const helper = standIn(Promise.resolve(false));
      directory = given;
      pid = helper.pid;
      return helper;
    });
    expect([held, existsSync(dirname(directory)), existsSync(directory)]).toEqual([undefined, true, false]);
    while (startOf(pid) !== undefined) await Bun.sleep(5);
  });
});
