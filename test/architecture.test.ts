import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const SRC = resolve(import.meta.dir, "../src");
const MAX_LINES = 400;

/** The rooms of src from the top down. A room may use those of later rows; rooms of one row do not know each other. */
const ROWS: readonly (readonly string[])[] = [
  ["build"],
  ["cli"],
  // The library, src/index.ts.
  [""],
  ["library"],
  ["exec"],
  ["sources"],
  ["credentials", "git", "import", "lease"],
  ["config"],
  ["store"],
  ["crypto"],
  ["redact", "scan", "system"],
  ["common"],
];

/** Which rooms each room may use besides itself. */
const BELOW: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  ROWS.flatMap((row, at) => row.map((room) => [room, ROWS.slice(at + 1).flat()])),
);

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
  .toSorted();

/** The room that a file of src belongs to: its first folder. */
function roomOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
}

/** Every module that a file names: `import`, `export … from`, `import()`, `require()`, types included. */
function modulesIn(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const named = /(?:\bfrom|\bimport|\brequire|\bimport\s*\(|\brequire\s*\()\s*\(?\s*["']([^"'\n]+)["']/g;
  return [...text.matchAll(named)].map(([, name = ""]) => name);
}

function readSource(file: string): string {
  return readFileSync(join(SRC, file), "utf8");
}

/** The files of src that a file uses. */
function importsOf(file: string): string[] {
  return modulesIn(file)
    .filter((name) => name.startsWith("."))
    .map((name) => relative(SRC, resolve(SRC, dirname(file), name)))
    .filter((path) => path.endsWith(".ts"));
}

/** The import that takes effect when a module is loaded: what is only a type is gone by then. */
function loadedBy(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8");
  const eager = /^(?:import|export)\s+(?!type\b)[^;]*?from\s+["'](\.[^"']+)["']/gm;
  return [...text.matchAll(eager)]
    .map(([, name = ""]) => relative(SRC, resolve(SRC, dirname(file), name)))
    .filter((path) => path.endsWith(".ts"));
}

describe("imports point down", () => {
  test("the rooms are those that are known", () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in BELOW))).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  test.each(files)("%s", (file) => {
    const room = roomOf(file);
    const up = importsOf(file).filter(
      (each) => roomOf(each) !== room && !BELOW[room]?.includes(roomOf(each)),
    );
    expect(up).toEqual([]);
  });
});

const ROOT = resolve(SRC, "..");
const documents = ["README.md", ...readdirSync(resolve(ROOT, "docs")).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md"),
);

test.each(documents)("%s names only paths of the source that exist", (document) => {
  const text = readFileSync(resolve(ROOT, document), "utf8");
  const paths = [...text.matchAll(/`((?:src|test|docs|hooks|\.github)\/[\w./-]*)`/g)].map(
    ([, path = ""]) => path,
  );
  if (document === "docs/architecture.md") expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(resolve(ROOT, path)))).toEqual([]);
});

describe("docs/architecture.md", () => {
  const text = readFileSync(resolve(ROOT, "docs/architecture.md"), "utf8");

  test("lists every room, in the order of the layers", () => {
    const [, table = ""] = /^\| room \|.*\n\|.*\n((?:\|.*\n)+)/m.exec(text) ?? [];
    const rows = table
      .trimEnd()
      .split("\n")
      .map((row) => [...(row.split("|")[1] ?? "").matchAll(/`src\/(?:([a-z]+)\/|index\.ts)`/g)])
      .map((rooms) => rooms.map(([, room = ""]) => room));
    expect(rows).toEqual(ROWS.map((row) => [...row]));
  });
});

test("every import of another file of src names a file that is there", () => {
  const known = new Set(files);
  const missing = files.flatMap((file) => importsOf(file).filter((each) => !known.has(each)));
  expect(missing).toEqual([]);
});

test("no import goes round in a circle", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error([...path, file].join(" → "));
    if (done.has(file)) return;
    for (const next of loadedBy(file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(done.size).toBe(files.length);
});

test("crypto is pure: it reads and writes nothing but the native addon", () => {
  const impure = files
    .filter(
      (file) =>
        roomOf(file) === "crypto" &&
        !["crypto/native-addon.ts", "crypto/argon2id/addon-file.ts"].includes(file),
    )
    .filter((file) =>
      modulesIn(file).some((name) => /^(?:node:)?(?:fs|net|http|https|child_process|os)\b/.test(name)),
    );
  expect(impure).toEqual([]);
});

test("other formats are read and written by pure functions: only SOPS starts a program", () => {
  const impure = files
    .filter((file) => roomOf(file) === "import")
    .filter((file) =>
      /\bBun\.(?:spawn|file|write)\b|\b(?:startProgram|outputOfProgram)\b|from "node:(?:fs|child_process|os|net)\b/.test(
        readSource(file),
      ),
    );
  expect(impure).toEqual(["import/readers/sops/sops-program.ts"]);
});

test("a passphrase comes only by ways that close the process's memory first", () => {
  const ways = files.filter(
    (file) =>
      roomOf(file) === "cli" && /\b(?:resolveCredentials|obtainNewPassphrase)\(/.test(readSource(file)),
  );
  expect(ways).toEqual(["cli/base/credentials-command.ts", "cli/base/key-making-command.ts"]);
  for (const file of ways) {
    expect(readSource(file)).toMatch(/hardenProcess\(\);\n.*await import\("(?:\.\.\/)+credentials\//);
  }
});

test("values are opened only where the access log records it", () => {
  const opening = files.filter(
    (file) =>
      roomOf(file) === "cli" &&
      /\b(?:decrypt(?:Domain|Secrets?)|copySecret|moveSecret|rotateDomainKey|checkOwned|openHistory)\(/.test(
        readSource(file),
      ),
  );
  expect(opening.length).toBeGreaterThan(5);
  const silent = opening.filter(
    (file) => !/\b(?:recordRead|recordOwned|recorder\.record|transfer|openSecrets)\(/.test(readSource(file)),
  );
  expect(silent).toEqual([]);
});

test(`no file has more than ${MAX_LINES} lines`, () => {
  const long = files.filter(
    (file) => readFileSync(join(SRC, file), "utf8").split("\n").length > MAX_LINES + 1,
  );
  expect(long).toEqual([]);
});
