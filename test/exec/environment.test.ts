import { describe, expect, test } from "bun:test";
import { checkPassthrough, childEnvironment, type PassthroughOptions } from "../../src/exec/environment.ts";
import { asRecord } from "../../src/exec/process/program.ts";

const OPTIONS: PassthroughOptions = { noPassthrough: false, keep: [], credentialPrefixes: ["PPROTECT"] };

function environmentOf(
  secrets: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>> = {},
  options: Partial<PassthroughOptions> = {},
): Record<string, string> {
  const chosen = Object.entries(secrets).map(([variable, value]) => ({
    variable,
    domain: "dev",
    name: variable,
    value,
  }));
  const variables = Object.entries(ours).map(([name, value]) => Buffer.from(`${name}=${value}`));
  return asRecord(childEnvironment(chosen, variables, { ...OPTIONS, ...options }));
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
    expect(environmentOf({}, ours, { credentialPrefixes: ["APP"] })).toEqual({ APP_OTHER: "kept" });
  });

  test("has no credential variable of any prefix in use", () => {
    const ours = {
      A_USER: "u",
      A_PASSPHRASE_FILE: "p",
      B_PASSPHRASE_COMMAND: "p",
      B_LEASE: "p",
      C_USER: "c",
    };
    expect(environmentOf({}, ours, { credentialPrefixes: ["A", "B"] })).toEqual({ C_USER: "c" });
  });

  test("keeps the bytes of a variable, each time that it is there", () => {
    const ours = [Buffer.from("X=caf\xe9", "latin1"), Buffer.from("X=2"), Buffer.from("\xe9=1", "latin1")];
    const secret = { variable: "S", domain: "dev", name: "s", value: "ü" };
    expect(childEnvironment([secret], ours, OPTIONS)).toEqual(
      [...ours, Buffer.from("S=ü")].map((each) => new Uint8Array(each)),
    );
  });

  const ours = { PATH: "/bin", HOME: "/h", LANG: "C", TOKEN: "x", TZ: "UTC", PPROTECT_PASSPHRASE: "p" };
  const needed = { PATH: "/bin", HOME: "/h", LANG: "C" };

  test("without passthrough has what a program needs to run, and the secrets", () => {
    expect(environmentOf({ a: "1" }, ours, { noPassthrough: true })).toEqual({ ...needed, a: "1" });
  });

  test("without passthrough has what is to be kept, as far as it is set", () => {
    const options = { noPassthrough: true, keep: ["TZ", "UNSET"] };
    expect(environmentOf({}, ours, options)).toEqual({ ...needed, TZ: "UTC" });
  });

  test("refuses a value with a NUL byte, without printing it", () => {
    expect(() => environmentOf({ k: "hunter2\0" })).toThrow("NUL");
    expect(() => environmentOf({ k: "hunter2\0" })).toThrow(/^(?!.*hunter)/s);
  });
});

describe("--keep", () => {
  const check = (options: Partial<PassthroughOptions>) => () => checkPassthrough({ ...OPTIONS, ...options });

  test("takes a name alone: with a value it would keep nothing", () => {
    expect(check({ keep: ["TZ=UTC"], noPassthrough: true })).toThrow("--keep takes a variable name");
    expect(check({ keep: [""], noPassthrough: true })).toThrow("--keep takes a variable name");
  });

  test("says nothing without --no-passthrough, and is refused", () => {
    expect(check({ keep: ["TZ"] })).toThrow("--no-passthrough");
    expect(check({ keep: ["TZ"], noPassthrough: true })).not.toThrow();
    expect(check({})).not.toThrow();
  });

  test.each(["PPROTECT_PASSPHRASE", "PPROTECT_USER", "PPROTECT_ENV_PREFIX", "APP_PASSPHRASE", "APP_USER"])(
    "never lets %s through",
    (name) => {
      expect(check({ keep: [name], noPassthrough: true, credentialPrefixes: ["APP"] })).toThrow(
        "credentials",
      );
    },
  );
});
