import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");
const TEXT = readFileSync(join(ROOT, "docs/security.md"), "utf8");

const notes = [...TEXT.matchAll(/^\[\^(\w+)\]: `([^`]+)`: (.+)$/gm)].map(
  ([, id = "", file = "", names = ""]) => ({
    id,
    file,
    names: [...names.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, name = ""]) => name),
  }),
);

describe("docs/security.md", () => {
  test.each(notes)("$id is held by tests that exist", ({ file, names }) => {
    const path = join(ROOT, file);
    expect(existsSync(path)).toBe(true);
    const source = readFileSync(path, "utf8");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(source).toContain(name);
  });

  test("has a note for each mark, and a mark for each note", () => {
    const marks = [...TEXT.replaceAll(/^\[\^\w+\]:.*$/gm, "").matchAll(/\[\^(\w+)\]/g)].map(
      ([, id = ""]) => id,
    );
    expect(marks.length).toBeGreaterThan(40);
    expect([...new Set(marks)].toSorted()).toEqual(notes.map(({ id }) => id).toSorted());
    expect(TEXT.match(/^\[\^\w+\]:/gm)).toHaveLength(notes.length);
  });

  test("its links lead somewhere", () => {
    const headings = [...TEXT.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const [, target = ""] of TEXT.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith("#")) expect(headings).toContain(target.slice(1));
      else expect(existsSync(join(ROOT, "docs", target))).toBe(true);
    }
  });
});
