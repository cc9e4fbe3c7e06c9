import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuiltLibrary, buildLibrary, LIBRARY_DIRECTORY } from "../../src/build/library.ts";
import { writeMainPackage } from "../../src/build/release/npm-packages.ts";
import * as library from "../../src/index.ts";
import { binary } from "../support/binary.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";
import { ALICE, CHEAP } from "../support/stores.ts";
import { compileStrictly } from "./compile-strictly.ts";

const SHARED = "on-both-runtimes.mjs";

let project: string;
let built: BuiltLibrary;

beforeAll(async () => {
  project = emptyFolder();
  const directory = join(project, "node_modules/pprotect");
  mkdirSync(directory, { recursive: true });
  writeMainPackage(directory, [], {
    version: "0.0.0",
    description: "",
    license: "MIT",
    repository: undefined,
  });
  built = await buildLibrary(join(directory, LIBRARY_DIRECTORY));
  cpSync(join(import.meta.dir, SHARED), join(project, SHARED));
}, 120_000);

afterAll(removeFolders);

describe("the built library", () => {
  test("has no module of the command line, and none that starts the application again", () => {
    expect(built.modules).toContain("src/library/store.ts");
    const foreign = /^src\/(?:cli|build|exec|scan|redact)\/|^src\/system\/own-program\.ts$/;
    expect(built.modules.filter((path) => foreign.test(path))).toEqual([]);
  });

  test("needs nothing but the runtime, and in Node nothing of Bun's", () => {
    const others = built.externals.filter((name) => !/^(?:node:)?[a-z_/]+$/.test(name));
    expect(others).toEqual(["bun:ffi"]);
  });

  test("has an entry and types where its package.json says", () => {
    const packageJson = JSON.parse(readFileSync(join(project, "node_modules/pprotect/package.json"), "utf8"));
    const { types, default: entry } = packageJson.exports["."];
    for (const path of [types, entry]) {
      expect(readFileSync(join(project, "node_modules/pprotect", path), "utf8")).toContain("resolveSecret");
    }
  });
});

describe("the tests of the library", () => {
  const env = () => ({ PPROTECT_TEST_BINARY: resolve(binary()) });

  test("pass in Node", async () => {
    const ran = await runProgram(["node", "--test", SHARED], { cwd: project, env: env() });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^# pass [4-9]\d$/m);
    expect(ran.stdout).toMatch(/^# skipped 0$/m);
  }, 120_000);

  test("pass in Bun", async () => {
    const ran = await runProgram([process.execPath, "test", `./${SHARED}`], { cwd: project, env: env() });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/^ [4-9]\d pass$/m);
    expect(ran.stderr).not.toMatch(/\d skip$/m);
  }, 120_000);
});

const ROOT = resolve(import.meta.dir, "../..");
const packageFile = (path: string) => join(project, "node_modules/pprotect", path);

/** The names that the library exports, types included, each with the declaration file that has it. */
function exportedNames(): { name: string; file: string }[] {
  const text = readFileSync(packageFile(`${LIBRARY_DIRECTORY}/index.d.ts`), "utf8");
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)].flatMap(
    ([, list = "", from = ""]) =>
      list
        .split(",")
        .map((name) => name.replace("type ", "").trim())
        .filter((name) => name !== "")
        .map((name) => ({ name, file: join(LIBRARY_DIRECTORY, from.replace(/\.js$/, ".d.ts")) })),
  );
}

describe("docs/library.md", () => {
  const text = readFileSync(join(ROOT, "docs/library.md"), "utf8");

  test("names every export, and every method of KeyFile", () => {
    const named = new Set([...text.matchAll(/`[^`\n]+`/g)].flatMap(([code]) => code.match(/\w+/g) ?? []));
    const exported = exportedNames().map(({ name }) => name);
    expect(exported.length).toBeGreaterThan(25);
    for (const name of Object.keys(library)) expect(exported).toContain(name);
    expect(exported.filter((name) => !named.has(name))).toEqual([]);
    const methods = Object.getOwnPropertyNames(library.KeyFile.prototype).filter(
      (name) => name !== "toString",
    );
    expect(methods.filter((name) => name !== "constructor" && !named.has(name))).toEqual([]);
  });
});

test("every export, and every member of an exported class, has TSDoc", () => {
  for (const { name, file } of exportedNames()) {
    const text = readFileSync(packageFile(file), "utf8");
    const declared = new RegExp(
      `\\*/\\nexport (?:declare )?(?:class|function|const|interface|type) ${name}\\b`,
    );
    expect(declared.test(text), `${name} in ${file}`).toBe(true);
    const [, body = ""] =
      new RegExp(`^export declare class ${name} .*\\{\\n([\\s\\S]*?)^\\}`, "m").exec(text) ?? [];
    const lines = body.split("\n");
    const bare = lines.filter(
      (line, index) =>
        /^ {4}(?!\/?\s?\*|#private|private |constructor\()[\w[]/.test(line) &&
        !lines[index - 1]?.endsWith("*/"),
    );
    expect(
      bare.filter((line) => !/^ {4}readonly name: string;/.test(line)),
      name,
    ).toEqual([]);
  }
});

describe("the library's types", () => {
  test("compile in a strict project without other types", async () => {
    writeFileSync(join(project, "consumer.ts"), readFileSync(join(import.meta.dir, "consumer.ts.txt")));
    const { status, stdout } = await compileStrictly(project, "consumer.ts");
    expect([status, stdout]).toEqual([0, ""]);
    const ran = await runProgram(["node", "consumer.js"], { cwd: project });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, "override 6\ntrue\n", ""]);
  }, 120_000);

  test("refuse what would be wrong when it runs", async () => {
    writeFileSync(join(project, "wrong.ts"), readFileSync(join(import.meta.dir, "consumer-wrong.ts.txt")));
    const { stdout } = await compileStrictly(project, "wrong.ts");
    const lines = [...stdout.matchAll(/^wrong\.ts\((\d+),/gm)].map(([, line]) => Number(line));
    const source = readFileSync(join(project, "wrong.ts"), "utf8").split("\n");
    const expected = source.flatMap((line, index) => (line.endsWith("// error") ? [index + 1] : []));
    expect(expected.length).toBeGreaterThan(4);
    expect([...new Set(lines)]).toEqual(expected);
  }, 120_000);
});

test("the lines of README.md compile, and print in Node and in Bun what it says", async () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [, code = "", printed = ""] = /```ts\n(import [\s\S]*?)```\n\nIt prints (.*)\./.exec(readme) ?? [];
  expect(code.split("\n").filter((line) => /^(?!\/\/)./.test(line)).length).toBeLessThanOrEqual(10);
  writeFileSync(join(project, "readme.ts"), `declare const console: { log(text: unknown): void };\n${code}`);
  const compiled = await compileStrictly(project, "readme.ts");
  expect([compiled.status, compiled.stdout]).toEqual([0, ""]);
  const output = [...printed.matchAll(/`([^`]+)`/g)].map(([, line]) => `${line}\n`).join("");
  expect(output).toContain("REDACTED");
  const store = library.KeyFile.create().addCustodian(ALICE, CHEAP).addDomain("prod", ALICE.name);
  const text = store.addSecret("prod", "db-password", "hunter2").toString();
  for (const command of [
    ["node", "readme.js"],
    [process.execPath, "readme.ts"],
  ]) {
    writeFileSync(join(project, "protected.yaml"), text);
    const env = { PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE: ALICE.passphrase };
    const ran = await runProgram(command, { cwd: project, env });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, output, ""]);
    expect(existsSync(join(project, ".local/state/pprotect/access.jsonl"))).toBe(true);
  }
}, 120_000);
