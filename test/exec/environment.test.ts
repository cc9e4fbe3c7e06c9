import { describe, expect, test } from "bun:test";
import { childEnvironment, type EnvironmentOptions } from "../../src/exec/environment.ts";

const OPTIONS: EnvironmentOptions = {
  prefix: undefined,
  uppercase: false,
  noPassthrough: false,
  credentialPrefix: "PPROTECT",
};

function environmentOf(
  secrets: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>> = {},
  options: Partial<EnvironmentOptions> = {},
): Record<string, string> {
  return childEnvironment(new Map(Object.entries(secrets)), ours, { ...OPTIONS, ...options });
}

describe("the child's environment", () => {
  test("is ours and the secrets, which win", () => {
    expect(environmentOf({ B: "secret" }, { A: "1", B: "2" })).toEqual({ A: "1", B: "secret" });
  });

  test("has no credential variable, neither of the default prefix nor of the given one", () => {
    const ours = {
      PPROTECT_USER: "u",
      PPROTECT_PASSPHRASE: "p",
      PPROTECT_ENV_PREFIX: "APP",
      APP_USER: "u",
      APP_PASSPHRASE: "p",
      APP_OTHER: "kept",
    };
    expect(environmentOf({}, ours, { credentialPrefix: "APP" })).toEqual({ APP_OTHER: "kept" });
  });

  test("without passthrough has what a program needs to run, and the secrets", () => {
    const ours = { PATH: "/bin", HOME: "/h", LANG: "C", TOKEN: "x", PPROTECT_PASSPHRASE: "p" };
    expect(environmentOf({ a: "1" }, ours, { noPassthrough: true })).toEqual({
      PATH: "/bin",
      HOME: "/h",
      LANG: "C",
      a: "1",
    });
  });

  test("names secrets as they are, or upper-case, or with a prefix", () => {
    expect(environmentOf({ "db-pass": "1" })).toEqual({ "db-pass": "1" });
    expect(environmentOf({ "db-pass": "1" }, {}, { uppercase: true })).toEqual({ DB_PASS: "1" });
    expect(environmentOf({ "db-pass": "1" }, {}, { uppercase: true, prefix: "App" })).toEqual({
      App_DB_PASS: "1",
    });
    expect(environmentOf({ k: "1" }, {}, { prefix: "_x9" })).toEqual({ _x9_k: "1" });
  });

  test.each(["", "9A", "A-B", "A B", "A=B", "É"])("refuses the prefix %j", (prefix) => {
    expect(() => environmentOf({ k: "1" }, {}, { prefix })).toThrow("--prefix");
  });

  test("refuses two secrets that would become one variable, and names both", () => {
    const secrets = { "db-pass": "1", db_pass: "2" };
    expect(() => environmentOf(secrets, {}, { uppercase: true })).toThrow(/"db-pass" and "db_pass".*DB_PASS/);
    expect(environmentOf(secrets)).toEqual(secrets);
  });

  const CODE = [
    "PATH",
    "path",
    "LD_PRELOAD",
    "LD_LIBRARY_PATH",
    "DYLD_INSERT_LIBRARIES",
    "BASH_ENV",
    "ENV",
    "IFS",
  ];
  const MORE_CODE = [
    "NODE_OPTIONS",
    "BUN_OPTIONS",
    "PYTHONPATH",
    "PERL5OPT",
    "RUBYOPT",
    "JAVA_TOOL_OPTIONS",
    "GIT_SSH_COMMAND",
  ];
  test.each([...CODE, ...MORE_CODE])("refuses a secret named %s, which would run code", (name) => {
    expect(() => environmentOf({ [name]: "x" })).toThrow("other code");
    expect(environmentOf({ [name]: "x" }, {}, { prefix: "APP" })).toEqual({ [`APP_${name}`]: "x" });
  });

  test("refuses what becomes such a name in upper case or by its prefix", () => {
    expect(() => environmentOf({ "ld-preload": "x" }, {}, { uppercase: true })).toThrow("LD_PRELOAD");
    expect(() => environmentOf({ PRELOAD: "x" }, {}, { prefix: "LD" })).toThrow("LD_PRELOAD");
  });

  test("refuses a value with a NUL byte", () => {
    expect(() => environmentOf({ k: "a\0b" })).toThrow("NUL");
  });

  test("never tells a value in a refusal", () => {
    const secrets = { "db-pass": "hunter2", db_pass: "hunter3" };
    const refusals = [{ PATH: "hunter2" }, { k: "hunter2\0" }].map((each) => () => environmentOf(each));
    for (const refusal of [...refusals, () => environmentOf(secrets, {}, { uppercase: true })]) {
      expect(refusal).toThrow(/^(?!.*hunter)/s);
    }
  });
});
