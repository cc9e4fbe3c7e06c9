import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findLeases } from "../src/lease/find.ts";
import { directoryOfEach, onlyPrograms } from "./support/path.ts";
import {
  MISSING_VARIABLE,
  ON_PATH,
  PATH_ONLY_VARIABLE,
  PROGRAMS_VARIABLE,
  type Program,
  REQUIRE_VARIABLE,
  skipLine,
} from "./support/programs.ts";

/*
 * Runs the tests, a file on each processor at a time:
 *
 *   bun test/run-tests.ts [OPTION|FILE]...
 *
 * takes what `bun test` takes, and says at the end what has to be installed for the tests that were skipped. Where
 * nothing may be skipped, PATH has only what README.md asks for, and for each file the programs that it names to
 * `needs`: a test that starts another one fails.
 *
 * The files that take longest begin first: `--update-timings` measures them again.
 */
const { live } = await findLeases({});
const own = live.filter(({ socket }) => socket.startsWith("/run/user/"));
// In `.ci/run`, where the tests run twice at the same time, they are those of the other run.
const isCi = process.env[REQUIRE_VARIABLE] || process.env[PATH_ONLY_VARIABLE];
if (own.length > 0 && !isCi) {
  console.error(
    `${own.length} of your leases would be ended by tests of \`revoke --all\`: end them first (\`pprotect lock --all\`)`,
  );
  process.exit(1);
}

const directory = mkdtempSync(join(tmpdir(), "pprotect-run-"));
const missing = join(directory, "missing");
const report = join(directory, "report.xml");
const [path, programs] = process.env[REQUIRE_VARIABLE] ? [onlyPrograms(), directoryOfEach(ON_PATH)] : [];

const child = Bun.spawn(
  [
    ...[process.execPath, "test", "--parallel", "--timeout", "120000"],
    `--timings=${join(import.meta.dir, "timings.json")}`,
    ...["--reporter=junit", `--reporter-outfile=${report}`],
    ...process.argv.slice(2),
  ],
  {
    env: {
      ...process.env,
      PATH: path ?? process.env.PATH,
      [PROGRAMS_VARIABLE]: programs ?? "",
      [MISSING_VARIABLE]: missing,
    },
    stdio: ["inherit", "inherit", "inherit"],
  },
);
const status = await child.exited;
if (existsSync(missing)) console.error(skipLine(missingPrograms(), skippedTests()));
for (const made of [directory, path, programs]) if (made !== undefined) rmSync(made, { recursive: true });
process.exitCode = status;

function missingPrograms(): Program[] {
  const lines = readFileSync(missing, "utf8").trimEnd().split("\n");
  return [...new Set(lines)].toSorted() as Program[];
}

/** From the report's first element, which counts for the whole run. */
function skippedTests(): number {
  const [, count] = /<testsuites [^>]*\bskipped="(\d+)"/.exec(readFileSync(report, "utf8")) ?? [];
  return Number(count);
}
