import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createExclusively } from "../../src/system/exclusive-file.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

afterAll(removeFolders);

function paths(): { path: string; temporary: string; names: () => string[] } {
  const folder = emptyFolder();
  return {
    path: join(folder, "lock"),
    temporary: join(folder, "temporary"),
    names: () => readdirSync(folder),
  };
}

const failing = (code: string) => (): never => {
  throw Object.assign(new Error(code), { code });
};

describe("a file that one process creates", () => {
  test("is never seen without its content", () => {
    const { path, temporary, names } = paths();
    let seen: unknown[] = [];
    const created = createExclusively(path, temporary, "42", {
      link: () => {
        // This process may be stopped here for as long as anyone likes.
        seen = [existsSync(path), readFileSync(temporary, "utf8")];
        failing("EEXIST")();
      },
      write: failing("EIO"),
    });
    expect([created, seen, names()]).toEqual([false, [false, "42"], []]);
    expect([createExclusively(path, temporary, "42"), readFileSync(path, "utf8"), names()]).toEqual([
      true,
      "42",
      ["lock"],
    ]);
  });

  test("is not created again, and another's leftover is replaced", () => {
    const { path, temporary, names } = paths();
    writeFileSync(temporary, "leftover");
    expect([createExclusively(path, temporary, "1"), createExclusively(path, temporary, "2")]).toEqual([
      true,
      false,
    ]);
    expect([readFileSync(path, "utf8"), names()]).toEqual(["1", ["lock"]]);
  });

  test.each(["EPERM", "ENOTSUP", "ENOSYS", "EISDIR"])(
    "is created where there are no hard links (%s)",
    (code) => {
      const { path, temporary, names } = paths();
      const calls = { link: failing(code), write: writeFileSync };
      expect(createExclusively(path, temporary, "42", calls)).toBe(true);
      expect([readFileSync(path, "utf8"), names()]).toEqual(["42", ["lock"]]);
      expect(createExclusively(path, temporary, "43", calls)).toBe(false);
    },
  );

  test.each([
    ["removed", (path: string) => rmSync(path)],
    [
      "replaced",
      (path: string) => {
        rmSync(path);
        writeFileSync(path, "other");
      },
    ],
  ])("is not this process's where it was %s before it had its content", (_, takeOver) => {
    const { path, temporary } = paths();
    const write = (descriptor: number, content: string): void => {
      takeOver(path);
      writeFileSync(descriptor, content);
    };
    expect(createExclusively(path, temporary, "42", { link: failing("EPERM"), write })).toBe(false);
    expect(existsSync(path) && readFileSync(path, "utf8")).not.toBe("42");
  });

  test("has one creator where two processes use the same temporary name", () => {
    const { path, temporary, names } = paths();
    let other: boolean | undefined;
    // The other replaces the temporary file; then this process links that one, before the other does.
    const own = createExclusively(path, temporary, "7", {
      link: () => {
        other = createExclusively(path, temporary, "7", {
          link: (from, to) => {
            linkSync(from, to);
            failing("EEXIST")();
          },
          write: writeFileSync,
        });
      },
      write: writeFileSync,
    });
    expect([own, other, names()]).toEqual([false, true, ["lock"]]);
  });

  test("that cannot be created is an error, and leaves nothing behind", () => {
    const { path, temporary, names } = paths();
    expect(() =>
      createExclusively(path, temporary, "1", { link: failing("EIO"), write: writeFileSync }),
    ).toThrow("EIO");
    expect(names()).toEqual([]);
  });
});
