import { afterAll, afterEach, describe, expect, mock, spyOn, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tryLockFile } from "../../src/system/file-lock.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);
afterEach(() => mock.restore());

/** Above Linux's largest process id. */
const DEAD = String(2 ** 22 + 1);

function lockOf(owner: string): { file: string; lock: string } {
  const directory = emptyFolder();
  const lock = join(directory, ".store.yaml.lock");
  writeFileSync(lock, owner);
  return { file: join(directory, "store.yaml"), lock };
}

describe("a lock file", () => {
  test("is created with our process id, and removed on release", () => {
    const file = join(emptyFolder(), "store.yaml");
    const release = tryLockFile(file);
    expect(readFileSync(join(file, "../.store.yaml.lock"), "utf8")).toBe(String(process.pid));
    expect(tryLockFile(file)).toBeUndefined();
    release?.();
    expect(readdirSync(join(file, ".."))).toEqual([]);
  });

  test("of a process that has ended is removed, and the next try succeeds", () => {
    const { file, lock } = lockOf(DEAD);
    expect(tryLockFile(file)).toBeUndefined();
    expect(existsSync(lock)).toBe(false);
    expect(tryLockFile(file)).toBeFunction();
  });

  test("of another process is kept if that got the lock after the first owner released it and ended", () => {
    const { file, lock } = lockOf(DEAD);
    spyOn(process, "kill").mockImplementation(() => {
      // Between our look at the owner and this one, the lock has changed hands.
      rmSync(lock);
      writeFileSync(lock, "1");
      throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
    });
    expect(tryLockFile(file)).toBeUndefined();
    expect(readFileSync(lock, "utf8")).toBe("1");
  });
});
