import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { directoryOfEach } from "./path.ts";
import {
  MISSING_VARIABLE,
  needs,
  PACKAGES,
  PATH_ONLY_VARIABLE,
  PROGRAMS_VARIABLE,
  type Program,
  REQUIRE_VARIABLE,
  SCRIPTS,
  skipLine,
} from "./programs.ts";
import { emptyFolder, removeFolders } from "./sandbox.ts";

afterAll(removeFolders);

const ROOT = resolve(import.meta.dir, "../..");

const VARIABLES = ["PATH", REQUIRE_VARIABLE, MISSING_VARIABLE, PROGRAMS_VARIABLE, PATH_ONLY_VARIABLE];
const before = { ...process.env };
beforeEach(() => {
  delete process.env[PROGRAMS_VARIABLE];
});
afterEach(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

describe("a program that is missing", () => {
  test("skips its tests, and its name is kept for the end of the run", () => {
    const file = join(emptyFolder(), "missing");
    process.env.PATH = emptyFolder();
    delete process.env[REQUIRE_VARIABLE];
    process.env[MISSING_VARIABLE] = file;
    expect(needs()).toBe(true);
    expect(existsSync(file)).toBe(false);
    expect([needs("zsh"), needs("openssl", "ssh-keygen")]).toEqual([false, false]);
    expect(readFileSync(file, "utf8")).toBe("zsh\nopenssl\nssh-keygen\n");
  });

  test("is an error where nothing may be skipped", () => {
    process.env.PATH = emptyFolder();
    process.env[REQUIRE_VARIABLE] = "1";
    expect(() => needs("prlimit", "ssh-keygen", "setpriv")).toThrow(
      "not installed: prlimit, ssh-keygen, setpriv; apt-get install openssh-client util-linux",
    );
  });

  test("is named in the last line of the run, with the package that has it", () => {
    expect(skipLine(["fish", "mount", "prlimit", "unshare"], 14)).toBe(
      "skipped: 14 tests need fish, mount, prlimit, unshare; `apt-get install fish mount util-linux`",
    );
    expect(skipLine(["hook-managers", "zsh"], 2)).toBe(
      "skipped: 2 tests need hook-managers, zsh; `apt-get install zsh`; `test/consumers/hook-managers/install`",
    );
  });
});

test("a program is on PATH from when a test file names it", () => {
  process.env.PATH = emptyFolder();
  const programs = directoryOfEach(["tar", "sed"]);
  process.env[PROGRAMS_VARIABLE] = programs;
  // Not one of those that a test may be skipped for, but on every machine.
  expect(needs("tar" as Program)).toBe(true);
  const found = ["tar", "sed"].map((name) => Bun.which(name, { PATH: process.env.PATH ?? "" }));
  expect(found).toEqual([join(programs, "tar/tar"), null]);
  expect(Bun.spawnSync(["tar", "--version"], { env: process.env }).success).toBe(true);
  rmSync(programs, { recursive: true });
});

test("what is not on PATH counts as missing where PATH is all that there is", () => {
  process.env[PATH_ONLY_VARIABLE] = "1";
  delete process.env[REQUIRE_VARIABLE];
  expect(needs("bash-completion")).toBe(false);
});

test("no test is skipped but for a program that it needs", () => {
  const skips = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => readFileSync(join(ROOT, "test", file), "utf8").split("\n"))
    .flatMap(
      (line) => line.match(/\b(?:test|describe|on)\.(?:if\(|(?:skip|skipIf|todo|todoIf|only)\b).*/g) ?? [],
    );
  expect(skips.length).toBeGreaterThan(10);
  const allowed = /^(?:test|describe)\.if\((?:needs\(|shell === "bash" \|\| needs\(|installed\))/;
  expect(skips.filter((skip) => !allowed.test(skip))).toEqual([]);
});

test("CI installs every program that a test may need", () => {
  const script = readFileSync(join(ROOT, ".ci/run"), "utf8");
  const [, list = ""] = /^debian=\(\n([^)]*)\)/m.exec(script) ?? [];
  expect(list.split(/\s+/)).toEqual(expect.arrayContaining([...new Set(Object.values(PACKAGES))]));
  for (const installer of Object.values(SCRIPTS))
    expect(script).toMatch(new RegExp(`^${installer}(?: &)?$`, "m"));
});
