import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Result, runProgram } from "../support/run.ts";

/** As a strict project for Node has it: without skipLibCheck, and without the types of Node and Bun. */
const OPTIONS = {
  target: "es2022",
  lib: ["es2022"],
  module: "nodenext",
  moduleResolution: "nodenext",
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
};

/** Compiles a file of a project that has the package installed. The result is beside it. */
export function compileStrictly(project: string, file: string): Promise<Result> {
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: OPTIONS, files: [file] }));
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  return runProgram(["node", join(dirname(compiler), "bin/tsc"), "-p", project], { cwd: project });
}
