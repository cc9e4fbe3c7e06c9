import { afterAll, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { runProgram } from "../../support/run.ts";
import { removeFolders, sandbox } from "../../support/sandbox.ts";
import { ALICE } from "../../support/stores.ts";

afterAll(removeFolders);

const ROOT = resolve(import.meta.dir, "../../..");
const RECORDER = resolve(ROOT, "test/support/record-modules.ts");

/** What a command loads: the directories of our modules, the packages, and the runtime's own modules. */
interface Loaded {
  readonly directories: readonly string[];
  readonly outside: readonly string[];
}

async function modulesLoadedBy(...args: readonly string[]): Promise<Loaded> {
  const box = sandbox();
  const record = box.path("modules");
  const { status, stderr } = await runProgram(
    [process.execPath, "--preload", RECORDER, resolve(ROOT, "src/cli/main.ts"), ...args],
    {
      cwd: box.folder,
      env: { RECORD: record, PPROTECT_USER: ALICE.name, PPROTECT_PASSPHRASE_FILE: box.alice },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const paths = [...new Set(readFileSync(record, "utf8").trimEnd().split("\n"))];
  const own = paths.filter((path) => path.startsWith("src/") && existsSync(resolve(ROOT, path)));
  const outside = own.flatMap(importsFromOutside);
  return {
    directories: [...new Set(own.map((path) => dirname(path).slice("src/".length)))].toSorted(),
    outside: [...new Set([...outside, ...paths.filter(isPackage)])].toSorted(),
  };
}

/** A package that is loaded by `require`; the addon is another on each system. */
function isPackage(path: string): boolean {
  return path.startsWith("@") && !path.startsWith("@node-rs/");
}

/** What a module of ours imports from elsewhere when it is loaded; imports of types are gone then. */
function importsFromOutside(path: string): string[] {
  const source = readFileSync(resolve(ROOT, path), "utf8");
  return new Bun.Transpiler({ loader: "ts" })
    .scanImports(source)
    .filter(({ kind, path: from }) => kind === "import-statement" && !from.startsWith("."))
    .map(({ path: from }) => from);
}

/** What is answered without a command. */
const ANSWER: Loaded = {
  directories: ["cli", "cli/argv", "cli/startup", "common", "system"],
  outside: [],
};

/** Every command. */
const START: Loaded = {
  directories: ["cli", "cli/argv", "cli/report", "cli/startup", "common", "exec/process", "lease", "system"],
  outside: ["node:fs", "node:os", "node:path"],
};

/** Every command that reads a store. */
const READING: Loaded = {
  directories: [
    ...START.directories,
    "cli/base",
    "credentials",
    "crypto",
    "crypto/argon2id",
    "crypto/x25519",
    "store",
    "store/format",
    "store/trust",
  ],
  outside: [...START.outside, "node:buffer"],
};

/** Every command that opens secrets. */
const OPENING: Loaded = {
  directories: [
    ...READING.directories,
    "cli/reading",
    "crypto/sodium",
    "git/trust",
    "lease/access-log",
    "sources",
  ],
  outside: [...READING.outside, "node:module", "typanion"],
};

/** What is loaded, with more that a command needs. */
function plus({ directories, outside }: Loaded, more: Partial<Loaded>): Loaded {
  return {
    directories: [...directories, ...(more.directories ?? [])].toSorted(),
    outside: [...outside, ...(more.outside ?? [])].toSorted(),
  };
}

// What is not needed here belongs behind `lazy` or `import()`: each module takes time in every run.
test.each([["version"], ["--version"], ["-V"]])("%s loads nothing but the answer", async (word) => {
  expect(await modulesLoadedBy(word)).toEqual(ANSWER);
});

test("list-domains", async () => {
  expect(await modulesLoadedBy("list-domains")).toEqual(
    plus(READING, { directories: ["cli/commands/domain"] }),
  );
});

test("decrypt-domain", async () => {
  expect(await modulesLoadedBy("decrypt-domain", "dev")).toEqual(
    plus(OPENING, { directories: ["cli/commands/secret", "exec", "import", "import/writers"] }),
  );
});

test("get", async () => {
  expect(await modulesLoadedBy("get", "dev/api-key")).toEqual(
    plus(OPENING, { directories: ["cli/commands/secret"] }),
  );
});

test("exec", async () => {
  expect(await modulesLoadedBy("exec", "--uppercase", "--domain", "dev", "--", "true")).toEqual(
    plus(OPENING, { directories: ["cli/commands/run", "exec", "exec/handed-out"] }),
  );
});
