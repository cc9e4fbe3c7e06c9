import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { dangerOf } from "../../src/exec/dangerous-variables.ts";

test.each([
  "CAML_LD_LIBRARY_PATH",
  "EMACSLOADPATH",
  "GUILE_LOAD_PATH",
  "NODE_REPL_EXTERNAL_MODULE",
  "git_work_tree",
  "ld_preload",
  "LD_",
  "JULIA_DEPOT_PATH",
  "REPORTTIME",
  "REPORTMEMORY",
  "DIRSTACKSIZE",
  "MAILPATH",
  "PS1",
  "PS2",
  "RPROMPT",
  "NULLCMD",
  "PROMPT",
  "prompt",
  "module_path",
  "fish_function_path",
  "fish_user_paths",
  "PSModulePath",
  "ComSpec",
  "NODE_COMPILE_CACHE",
  "LIBMYSQL_PLUGINS",
])("%s runs code", (name) => {
  expect(dangerOf(name)).toBe("runs-code");
});

test.each([
  "C_INCLUDE_PATH",
  "CPATH",
  "LIBRARY_PATH",
  "TS_NODE_PROJECT",
  "NIX_PATH",
  "ANT_ARGS",
  "DOTNET_ROOT_X64",
  "my_PAGER",
  "_PAGER",
  "Http_Proxy",
  "CARGO_TARGET_X86_RUNNER",
  "CARGO_ENCODED_RUSTFLAGS",
  "CARGO_BUILD_RUSTFLAGS",
  "XDG_STATE_HOME",
  "XDG_CACHE_HOME",
  "GLIBC_TUNABLES",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "COMPOSE_FILE",
  "GOPATH",
  "CGO_LDFLAGS",
  "ACME_PASSPHRASE_COMMAND",
  "ODBCSYSINI",
  "ORACLE_HOME",
  "PYSPARK_PYTHON",
  "FCEDIT",
  "LocalAppData",
])("%s steers programs", (name) => {
  expect(dangerOf(name)).toBe("steers");
});

test.each([
  "DB_PASSWORD",
  "API_KEY",
  "INCLUDE_PATH",
  "ld-preload",
  "NIX_TOKEN",
  "JULIA_PATH",
  "CARGO_RUNNER",
  "my_pager",
  "MY_LD_PRELOAD",
  "FISH_API_KEY",
  "SYSTEM_PROMPT",
])("%s is a secret's", (name) => {
  expect(dangerOf(name)).toBeUndefined();
});

test.each(["PPROTECT_USER", "pprotect_trust", "_PPROTECT_START_FD", "_pprotect_start_fd"])(
  "%s is a setting of pprotect",
  (name) => {
    expect(dangerOf(name)).toBe("ours");
  },
);

/** Variables that change how output looks, or that hold a key: the value of a secret may well be one. */
const HARMLESS = ["COLUMNS", "DEBUG_COLORS", "DOTENV_PRIVATE_KEY", "NO_COLOR", "SOPS_AGE_KEY", "TERM"];

test("every variable that pprotect reads is known, but for those that do no harm", async () => {
  const root = join(import.meta.dir, "../../src");
  const names = new Set<string>();
  for (const file of new Glob("**/*.ts").scanSync(root)) {
    if (file.startsWith("build/")) continue;
    for (const name of variablesReadIn(await Bun.file(join(root, file)).text())) names.add(name);
  }
  expect([...names]).toContain("_PPROTECT_START_FD");
  expect([...names].filter((name) => dangerOf(name) === undefined).sort()).toEqual(HARMLESS);
});

/** Names of variables in code that reads them: as members, from a destructured environment, and as constants. */
function variablesReadIn(source: string): string[] {
  const code = source.replace(/^\s*(?:\*|\/\/|\/\*).*$/gm, "");
  const members = code.matchAll(/\b(?:env|environment)\.([A-Z][A-Za-z_]+)/g);
  const constants = code.matchAll(/"(_?PPROTECT_[A-Z_]+|DEBUG_COLORS)"/g);
  const destructured = [...code.matchAll(/const \{([^{}]+)\} = (?:process\.env|environment);/g)].flatMap(
    ([, list = ""]) => list.split(",").map((each) => /^\s*(\w+)/.exec(each)?.[1] ?? ""),
  );
  const found = [...members, ...constants].map(([, name = ""]) => name);
  return [...found, ...destructured].filter(
    (name) => /^[A-Z_]/.test(name) && name !== "PPROTECT_SOURCE_COMMIT",
  );
}
