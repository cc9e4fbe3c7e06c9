import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { onlyPrograms } from "./support/path.ts";
import { isInstalled, PACKAGES, type Program, REQUIRE_VARIABLE, skipLine } from "./support/programs.ts";

/*
 * Shows that `npm test` passes on a machine with Node and git alone, as README.md promises: runs the tests that may
 * be skipped with a PATH of Debian's essential programs, Node, npm and git, and holds the last line to what is
 * missing there. All other tests run with a PATH of little more in `.ci/run`: see run-tests.ts.
 */
const ROOT = resolve(import.meta.dir, "..");

/** Bash is one of the essential programs: its tests would only run once more. */
const NEVER_SKIPPED = /\/completion-in-shells\/bash\.test\.ts$/;

const TYPESCRIPT = new Bun.Transpiler({ loader: "ts" });

const path = onlyPrograms();
try {
  process.env.PATH = path;
  const { [REQUIRE_VARIABLE]: _, ...env } = process.env;
  const child = Bun.spawn(["npm", "test", "--silent", "--", ...skippable()], {
    cwd: ROOT,
    env,
    stdout: "inherit",
    stderr: "pipe",
  });
  const text = await new Response(child.stderr).text();
  process.stderr.write(text);
  const status = await child.exited;
  if (status !== 0) throw new Error(`npm test ended with ${status}`);
  const [, skipped] = /^ *(\d+) skip$/m.exec(text) ?? [];
  const missing = (Object.keys(PACKAGES) as Program[]).filter((program) => !isInstalled(program));
  const [last, expected] = [text.trimEnd().split("\n").at(-1), skipLine(missing, Number(skipped))];
  if (last !== expected) throw new Error(`the last line is not ${expected}`);
} finally {
  rmSync(path, { recursive: true });
}

/** The test files that use `needs`, themselves or by a module of theirs. */
function skippable(): string[] {
  const files = readdirSync(import.meta.dir, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join(import.meta.dir, file));
  return files
    .filter((file) => uses(file, new Set()) && !NEVER_SKIPPED.test(file))
    .map((file) => `./${relative(ROOT, file)}`);
}

function uses(file: string, seen: Set<string>): boolean {
  seen.add(file);
  const text = readFileSync(file, "utf8");
  if (/\bneeds\(/.test(text)) return true;
  return TYPESCRIPT.scanImports(text)
    .filter((each) => each.path.startsWith(".") && each.path.endsWith(".ts"))
    .map((each) => resolve(dirname(file), each.path))
    .some((next) => next.startsWith(import.meta.dir) && !seen.has(next) && uses(next, seen));
}
