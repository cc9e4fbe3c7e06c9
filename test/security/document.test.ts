import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

describe.each([
  ["docs/security.md", 40],
  ["docs/leases.md", 25],
])("%s", (file, least) => checkDocument(readFileSync(join(ROOT, file), "utf8"), least));

function checkDocument(text: string, least: number): void {
  const notes = [...text.matchAll(/^\[\^(\w+)\]: `([^`]+)`: (.+)$/gm)].map(
    ([, id = "", file = "", names = ""]) => ({
      id,
      file,
      names: [...names.matchAll(/"((?:[^"\\]|\\.)+)"/g)].map(([, name = ""]) => name),
    }),
  );

  test.each(notes)("$id is held by tests that exist", ({ file, names }) => {
    const path = join(ROOT, file);
    expect(existsSync(path)).toBe(true);
    const source = readFileSync(path, "utf8");
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(source).toContain(name);
  });

  test("has a note for each mark, and a mark for each note", () => {
    const marks = [...text.replaceAll(/^\[\^\w+\]:.*$/gm, "").matchAll(/\[\^(\w+)\]/g)].map(
      ([, id = ""]) => id,
    );
    expect(marks.length).toBeGreaterThan(least);
    expect([...new Set(marks)].toSorted()).toEqual(notes.map(({ id }) => id).toSorted());
    expect(text.match(/^\[\^\w+\]:/gm)).toHaveLength(notes.length);
  });

  test("its links lead somewhere", () => {
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, "")
        .replaceAll(" ", "-"),
    );
    for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith("#")) expect(headings).toContain(target.slice(1));
      else expect(existsSync(join(ROOT, "docs", target))).toBe(true);
    }
  });
}
