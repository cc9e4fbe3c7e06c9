import { expect, test } from "bun:test";
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
])("%s is a secret's", (name) => {
  expect(dangerOf(name)).toBeUndefined();
});
