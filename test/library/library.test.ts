import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuiltLibrary, buildLibrary, LIBRARY_DIRECTORY } from "../../src/build/library.ts";
import { writeMainPackage } from "../../src/build/release/npm-packages.ts";
import { binary } from "../support/binary.ts";
import { runProgram } from "../support/run.ts";
import { emptyFolder, removeFolders } from "../support/sandbox.ts";

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
}, 60_000);

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
  }, 60_000);

  test("pass in Bun", async () => {
    const ran = await runProgram([process.execPath, "test", `./${SHARED}`], { cwd: project, env: env() });
    expect(ran.status, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stderr).toMatch(/^ [4-9]\d pass$/m);
    expect(ran.stderr).not.toMatch(/\d skip$/m);
  }, 60_000);
});
