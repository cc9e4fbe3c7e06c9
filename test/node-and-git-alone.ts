import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { onlyPrograms } from "./support/path.ts";
import {
  isInstalled,
  PACKAGES,
  PATH_ONLY_VARIABLE,
  type Program,
  REQUIRE_VARIABLE,
  SCRIPTS,
  skipLine,
} from "./support/programs.ts";

/*
 * Shows that `npm test` passes on a machine with Node and git alone, as README.md promises: runs the test files that
 * may use a program that is missing there, with a PATH of Debian's essential programs, Node, npm and git, and holds the
 * last line to what is missing. The other files run with that very PATH in `.ci/run`: see run-tests.ts.
 */
const ROOT = resolve(import.meta.dir, "..");

/** What has all names and starts nothing. */
const NAMES = join(import.meta.dir, "support/programs.ts");

/** Bash is one of the essential programs: its tests would only run once more. */
const NEVER_SKIPPED = /\/completion-in-shells\/bash\.test\.ts$/;

const TYPESCRIPT = new Bun.Transpiler({ loader: "ts" });

const path = onlyPrograms();
try {
  process.env.PATH = path;
  process.env[PATH_ONLY_VARIABLE] = "1";
  const missing = [...Object.keys(PACKAGES), ...Object.keys(SCRIPTS)].filter(
    (program) => !isInstalled(program as Program),
  ) as Program[];
  const { [REQUIRE_VARIABLE]: _, ...env } = process.env;
  const child = Bun.spawn(
    ["npm", "test", "--silent", "--", "--parallel=1", ...filesThatName(missing), ...process.argv.slice(2)],
    {
      cwd: ROOT,
      env,
      stdout: "inherit",
      stderr: "pipe",
    },
  );
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of child.stderr) {
    const more = decoder.decode(bytes, { stream: true });
    process.stderr.write(more);
    text += more;
  }
  const status = await child.exited;
  if (status !== 0) throw new Error(`npm test ended with ${status}`);
  const [, skipped] = /^ *(\d+) skip$/m.exec(text) ?? [];
  const [last, expected] = [text.trimEnd().split("\n").at(-1), skipLine(missing.toSorted(), Number(skipped))];
  if (last !== expected) throw new Error(`the last line is not ${expected}`);
} finally {
  rmSync(path, { recursive: true });
}

/** The test files that call `needs` and name one of some programs, themselves or by a module of theirs. */
function filesThatName(programs: readonly Program[]): string[] {
  const names = programs.map((program) => `"${program}"`);
  return readdirSync(import.meta.dir, { recursive: true, encoding: "utf8" })
    .map((file) => join(import.meta.dir, file))
    .filter((file) => file.endsWith(".test.ts") && !NEVER_SKIPPED.test(file))
    .filter((file) => {
      const texts = [...modulesOf(file)].filter((each) => each !== NAMES).map(read);
      return (
        texts.some((text) => /\bneeds\(/.test(text)) &&
        texts.some((text) => names.some((name) => text.includes(name)))
      );
    })
    .map((file) => `./${relative(ROOT, file)}`);
}

/** A file, and what it imports from `test/`. */
function modulesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  seen.add(file);
  const imported = TYPESCRIPT.scanImports(read(file))
    .filter((each) => each.path.startsWith(".") && each.path.endsWith(".ts"))
    .map((each) => resolve(dirname(file), each.path));
  for (const next of imported) if (next.startsWith(import.meta.dir) && !seen.has(next)) modulesOf(next, seen);
  return seen;
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}
